import path from 'node:path';
import { isImagePath } from '../layout/image-path.ts';
import { setOfFolder, setStemOf, type FoundCoco } from './find-coco.ts';

/** A path among the dataset's, or why there is none: nothing by that name, or several that fit as well. */
export type FoundImage = { readonly path: string } | { readonly problem: 'no-image' | 'ambiguous-image' };

/** Finds the file that an entry of `images` names. */
export type ImageIndex = {
  find(fileName: string, annotations: FoundCoco): FoundImage;
};

/**
 * Among the dataset's images, and nowhere else, but not in the folder of another set: the one whose path ends in `file_name`; where none does (addresses, paths of another
 * machine), one of the same last part. Of several the one beside the JSON file counts, then the one in a folder that is called as the
 * file (`train2017` for `instances_train2017.json`).
 */
export function indexImages(paths: readonly string[]): ImageIndex {
  const byName = new Map<string, string[]>();
  for (const file of paths.filter(isImagePath)) {
    const name = path.posix.basename(file);
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [file]);
    else same.push(file);
  }
  return {
    find: (fileName, annotations) => {
      const wanted = fileName.replaceAll('\\', '/').replace(/^(?:\.?\/)+/u, '');
      const named = byName.get(wanted.slice(wanted.lastIndexOf('/') + 1)) ?? [];
      const inSet = named.filter((file) => mayBeIn(annotations.set, file));
      const ending = inSet.filter((file) => file === wanted || file.endsWith(`/${wanted}`));
      return chooseNearest(ending.length > 0 ? ending : inSet, wanted, annotations.path);
    },
  };
}

function mayBeIn(set: FoundCoco['set'], file: string): boolean {
  const sets = path.posix
    .dirname(file)
    .split('/')
    .flatMap((folder) => setOfFolder(folder) ?? []);
  return set === undefined || sets.length === 0 || sets.includes(set);
}

function chooseNearest(fitting: readonly string[], wanted: string, annotations: string): FoundImage {
  if (fitting.length === 0) return { problem: 'no-image' };
  const beside = path.posix.join(path.posix.dirname(annotations), wanted);
  const set = setStemOf(annotations);
  const nearest = [
    fitting.filter((file) => file === beside),
    fitting.filter((file) => path.posix.dirname(file).split('/').includes(set)),
    fitting,
  ].find(({ length }) => length > 0)!;
  return nearest.length === 1 ? { path: nearest[0]! } : { problem: 'ambiguous-image' };
}
