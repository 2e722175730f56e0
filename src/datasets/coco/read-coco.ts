import { DataError } from '../../core/errors.ts';
import type { AnnotatedImage } from '../boxes/annotated-image.ts';
import type { ProblemTally } from '../boxes/annotation-problems.ts';
import type { ReadAnnotations } from '../boxes/read-annotations.ts';
import { isImagePath } from '../layout/image-path.ts';
import { findCoco, type FoundCoco } from './find-coco.ts';
import { indexImages, type FoundImage } from './image-index.ts';
import { readCocoFile, type CocoImage } from './read-coco-file.ts';

/**
 * The images that COCO's JSON files name, each once; an image without annotations is background. Throws DataError when there are no
 * such files, and when two of them tell of the same image.
 */
export const readCoco: ReadAnnotations<'coco'> = async (folder, paths, { files: named }, context) => {
  const { files, isSure } = findCoco(paths, named);
  const index = indexImages(paths);
  const images = new Map<string, AnnotatedImage>();
  let read = 0;
  for (const file of files) {
    const found = await readFound(folder, file, { ...context, mayBeOther: !isSure && files.length > 1 });
    if (found !== undefined) read += 1;
    for (const image of found ?? []) addImage(images, image, file, index.find(image.fileName, file), context.problems);
  }
  if (read === 0) throw notCoco(files);
  for (const file of paths) if (isImagePath(file) && !images.has(file)) context.problems.add('unused', file);
  return [...images.values()];
};

function addImage(
  images: Map<string, AnnotatedImage>,
  image: CocoImage,
  file: FoundCoco,
  located: FoundImage,
  problems: ProblemTally,
): void {
  if ('problem' in located) problems.add(located.problem, `${image.fileName} in ${file.path}`);
  else images.set(located.path, join(images.get(located.path), annotate(image, file, located.path)));
}

type Context = Parameters<typeof readCocoFile>[2] & {
  /** Beside others, a file need not be COCO's. */
  readonly mayBeOther: boolean;
};

async function readFound(
  folder: string,
  file: FoundCoco,
  { mayBeOther, ...context }: Context,
): Promise<CocoImage[] | undefined> {
  try {
    const found = await readCocoFile(folder, file.path, context);
    if (found === undefined && !mayBeOther) throw notCoco([file]);
    return found;
  } catch (error) {
    if (!mayBeOther || !(error instanceof DataError)) throw error;
    context.problems.add('unread-file', error.message);
    return undefined;
  }
}

function notCoco(files: readonly FoundCoco[]): DataError {
  const names = files.map(({ path }) => path).join(', ');
  return new DataError(`No .json file is COCO's, with "images", "annotations" and "categories". Looked at: ${names}.`);
}

function annotate(
  { fileName, width, height, objects }: CocoImage,
  { path: toldBy, set }: FoundCoco,
  path: string,
): AnnotatedImage {
  const size = width === undefined || height === undefined ? {} : { size: { width, height } };
  return { path, toldBy: `${toldBy}: ${fileName}`, objects, ...size, ...(set === undefined ? {} : { set }) };
}

/** Listed twice in one file, an image has the boxes of both. */
function join(known: AnnotatedImage | undefined, image: AnnotatedImage): AnnotatedImage {
  if (known === undefined) return image;
  if (known.toldBy === image.toldBy) return { ...image, objects: [...known.objects, ...image.objects] };
  throw new DataError(
    `${image.path} is annotated twice (${known.toldBy} and ${image.toldBy}). Say which file counts: #annotations=FILE behind the address.`,
  );
}
