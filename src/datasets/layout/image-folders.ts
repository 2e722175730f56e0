import { DataError } from '../../core/errors.ts';
import { sortClassNames } from './class-names.ts';
import { isImagePath } from './image-path.ts';
import { findSets, type SourceSet } from './set-folders.ts';
import { spellingKey } from './spelling.ts';
import { splitTestName } from './test-name.ts';

/** One labelled image: `label` indexes the class names; `set` is absent when the source does not divide its samples. */
export type FoundSample = { readonly path: string; readonly label: number; readonly set?: SourceSet };

export type ImageFolders = {
  readonly classNames: readonly string[];
  readonly samples: readonly FoundSample[];
  /** Images that are not samples, with the reason; told to the person, never silently dropped. */
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
};

/**
 * Finds classes and samples among the paths of a dataset's files. A class is a folder of images; single folders around
 * everything are looked through; `train`, `test` and `val` folders (also `*_train`, `training`, …) are the source's own
 * sets; a test folder may be flat, its labels in its file names (`A_test.jpg`). Throws DataError when there are fewer
 * than two classes or when class names differ only in their spelling.
 */
export function findImageFolders(paths: readonly string[]): ImageFolders {
  const images = paths.filter(isImagePath);
  const { sets, strays } = findSets(images);
  const learned = sets.filter(({ set }) => set === undefined || set === 'train');
  const classNames = collectClassNames(learned.flatMap(({ images: inSet }) => inSet.map(({ inside }) => inside)));
  const labels = new Map(classNames.map((name, index) => [spellingKey(name), index]));
  const samples: FoundSample[] = [];
  const ignored = strays.map((path) => ({ path, reason: 'it lies beside the train and test folders' }));
  for (const { set, images: inSet } of sets) {
    for (const { path, inside } of inSet) {
      const label = labelOf(inside, labels, set);
      if (typeof label === 'string') ignored.push({ path, reason: label });
      else samples.push({ path, label, ...(set === undefined ? {} : { set }) });
    }
  }
  return { classNames, samples, ignored };
}

function collectClassNames(paths: readonly string[]): string[] {
  const inFolders = paths.filter((path) => path.includes('/'));
  const classNames = sortClassNames(
    inFolders.map((path) => path.slice(0, path.indexOf('/'))),
    'class folders',
  );
  if (classNames.length < 2) {
    const found = classNames.length === 0 ? 'no class folders with images' : `one class folder, "${classNames[0]!}"`;
    throw new DataError(
      `The dataset holds ${found}; at least two are needed. Expected <class>/<image>.jpg, or train/<class>/… and test/<class>/….`,
    );
  }
  return classNames;
}

function labelOf(inside: string, labels: ReadonlyMap<string, number>, set: SourceSet | undefined): number | string {
  const slash = inside.indexOf('/');
  if (slash >= 0) {
    const name = inside.slice(0, slash);
    return labels.get(spellingKey(name)) ?? `its class "${name}" has no training images`;
  }
  if (set === undefined || set === 'train') return 'it lies in no class folder';
  return splitTestName(inside, labels) ?? 'its name begins with no class name';
}
