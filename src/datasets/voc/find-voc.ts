import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import { isHidden, isImagePath } from '../layout/image-path.ts';
import { roleOf, type SourceSet } from '../layout/set-folders.ts';

/** An image, its annotation where there is one, and the set that its folder is, where folders are sets. */
export type FoundVocImage = {
  readonly image: string;
  readonly annotation?: string;
  readonly set?: SourceSet;
};

/** Where a dataset in Pascal VOC's layout has its parts; all paths are among the dataset's files. */
export type FoundVoc = {
  readonly images: readonly FoundVocImage[];
  /** Annotations without an image. */
  readonly orphans: readonly string[];
  /** `ImageSets/Main/<name>.txt`; none where folders are the sets, or where there are none. */
  readonly lists: readonly { readonly name: VocListName; readonly path: string }[];
};

/** The lists of all classes; those of single classes say nothing about sets. */
export const VOC_LISTS = ['train', 'val', 'trainval', 'test'] as const;
export type VocListName = (typeof VOC_LISTS)[number];

/**
 * Finds `Annotations`, `JPEGImages` (or `images`) and `ImageSets/Main` in one folder, whatever lies around it, or images with their
 * annotations beside them, in `train`, `valid` and `test` folders or not, as Roboflow exports them.
 * @param folder The one that holds `Annotations`, where there are several.
 * @throws DataError saying what was looked for and what is there.
 */
export function findVoc(paths: readonly string[], folder?: string): FoundVoc {
  const files = paths.filter((file) => !isHidden(file));
  const roots = findRoots(files);
  if (folder !== undefined) return findInRoot(files, chooseRoot(roots, folder));
  if (roots.length > 1) {
    const names = roots.map((root) => root || '.').join(', ');
    throw new DataError(
      `There are several Pascal VOC datasets: ${names}. Name one behind the address, for example #folder=${roots.at(-1)!}`,
    );
  }
  if (roots.length === 1) return findInRoot(files, roots[0]!);
  const beside = findBeside(files);
  if (beside !== undefined) return beside;
  throw new DataError(
    'There is no Pascal VOC dataset: a folder Annotations with .xml files beside a folder JPEGImages or images was looked for, ' +
      `or .xml files beside their images. ${foundText(files)}`,
  );
}

const ANNOTATION = /^(?<root>.*?)(?:^|\/)Annotations\/[^/]+\.xml$/iu;

function findRoots(files: readonly string[]): string[] {
  const roots = new Set(files.flatMap((file) => ANNOTATION.exec(file)?.groups?.root ?? []));
  return [...roots].filter((root) => files.some((file) => isImageOf(root, file))).sort();
}

function chooseRoot(roots: readonly string[], folder: string): string {
  const wanted = path.posix.normalize(folder).replace(/^(?:\.\/|\/)+|\/+$/gu, '');
  const root = roots.find((found) => found === (wanted === '.' ? '' : wanted));
  if (root !== undefined) return root;
  const names = roots.length === 0 ? 'there is none' : `there is: ${roots.map((found) => found || '.').join(', ')}`;
  throw new DataError(`${folder} holds no folder Annotations with .xml files and no images; ${names}.`);
}

function inside(root: string, file: string): string | undefined {
  if (root === '') return file;
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : undefined;
}

const IMAGE_FOLDER = /^(?:JPEGImages|images)\/[^/]+$/iu;

function isImageOf(root: string, file: string): boolean {
  return isImagePath(file) && IMAGE_FOLDER.test(inside(root, file) ?? '');
}

function findInRoot(files: readonly string[], root: string): FoundVoc {
  const annotations = new Map(
    files.filter((file) => ANNOTATION.exec(file)?.groups?.root === root).map((file) => [stemOf(file), file]),
  );
  const images = files.filter((file) => isImageOf(root, file));
  const lists = VOC_LISTS.flatMap((name) => {
    const list = files.find((file) => inside(root, file)?.toLowerCase() === `imagesets/main/${name}.txt`);
    return list === undefined ? [] : [{ name, path: list }];
  });
  return { ...pair(images, (image) => annotations.get(stemOf(image)), [...annotations.values()]), lists };
}

function findBeside(files: readonly string[]): FoundVoc | undefined {
  const annotations = new Set(files.filter((file) => /\.xml$/iu.test(file)));
  const images = files.filter(isImagePath);
  const found = pair(
    images,
    (image) => [withoutEnding(image) + '.xml', withoutEnding(image) + '.XML'].find((file) => annotations.has(file)),
    [...annotations],
  );
  if (found.images.every(({ annotation }) => annotation === undefined)) return undefined;
  const sets = found.images.map(({ image }) => roleOf(path.posix.basename(path.posix.dirname(image))));
  const hasSets = new Set(sets).size > 1 && sets.every((set) => set !== undefined);
  return {
    ...found,
    images: found.images.map((image, at) => (hasSets ? { ...image, set: sets[at]! } : image)),
    lists: [],
  };
}

function pair(
  images: readonly string[],
  annotationOf: (image: string) => string | undefined,
  annotations: readonly string[],
): Pick<FoundVoc, 'images' | 'orphans'> {
  const paired = new Map<string, string>();
  const found = images.map((image): FoundVocImage => {
    const annotation = annotationOf(image);
    if (annotation === undefined) return { image };
    const other = paired.get(annotation);
    if (other !== undefined) {
      throw new DataError(`${annotation} may be of ${other} or of ${image}. Rename or remove one of both images.`);
    }
    paired.set(annotation, image);
    return { image, annotation };
  });
  return { images: found, orphans: annotations.filter((annotation) => !paired.has(annotation)) };
}

/** The name that an image, its annotation and the entry of a list share. */
export function stemOf(file: string): string {
  return withoutEnding(path.posix.basename(file));
}

function withoutEnding(file: string): string {
  return file.slice(0, file.length - path.posix.extname(file).length);
}

function foundText(files: readonly string[]): string {
  const images = files.filter(isImagePath).length;
  const xml = files.filter((file) => /\.xml$/iu.test(file)).length;
  const json = files.filter((file) => /\.json$/iu.test(file)).length;
  const hint = json > 0 ? ' Is it coco:?' : '';
  return `Files: ${files.length}, of them images: ${images}, .xml: ${xml}, .json: ${json}.${hint}`;
}
