import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import { didYouMean } from '../../core/closest-name.ts';
import { isHidden, isImagePath } from '../layout/image-path.ts';
import { roleOf, type SourceSet } from '../layout/set-folders.ts';

/** A JSON file that may hold annotations, and the set that its name or its folder means. */
export type FoundCoco = { readonly path: string; readonly set?: SourceSet };

/**
 * The JSON files of a COCO dataset: those that are named, else `instances_*.json`, else `*.coco.json` as Roboflow writes them, else
 * all there are. `isSure` says whether each of them must hold annotations.
 * @throws DataError saying what was looked for and what is there.
 */
export function findCoco(
  paths: readonly string[],
  named: readonly string[] = [],
): { readonly files: readonly FoundCoco[]; readonly isSure: boolean } {
  const json = paths.filter((file) => /\.json$/iu.test(file) && !isHidden(file));
  if (named.length > 0) return { files: named.map((name) => withSet(chooseFile(json, name))), isSure: true };
  if (json.length === 0) {
    const images = paths.filter(isImagePath).length;
    throw new DataError(
      'There is no COCO dataset: annotations/instances_*.json, _annotations.coco.json or another .json file beside the images was ' +
        `looked for. Files: ${paths.length}, of them images: ${images}, .json: 0.${xmlHint(paths)}`,
    );
  }
  const usual = USUAL.map((pattern) => json.filter((file) => pattern.test(file))).find(({ length }) => length > 0);
  return { files: (usual ?? json).map(withSet), isSure: usual !== undefined };
}

const USUAL = [/(?:^|\/)instances[^/]*\.json$/iu, /\.coco\.json$/iu];

function xmlHint(paths: readonly string[]): string {
  return paths.some((file) => /\.xml$/iu.test(file)) ? ' There are .xml files. Is it voc:?' : '';
}

/** By its path, or by the end of it where that is clear. */
function chooseFile(json: readonly string[], name: string): string {
  const wanted = path.posix.normalize(name).replace(/^(?:\.\/|\/)+/u, '');
  const fitting = json.includes(wanted) ? [wanted] : json.filter((file) => file.endsWith(`/${wanted}`));
  if (fitting.length === 1) return fitting[0]!;
  if (fitting.length > 1)
    throw new DataError(`Several files end in ${name}: ${fitting.join(', ')}. Write more of its path.`);
  throw new DataError(`There is no file ${name} among the .json files. ${didYouMean(name, json)}`);
}

/** `instances_val2017.json` is validation, `train/_annotations.coco.json` train. */
function withSet(file: string): FoundCoco {
  const set = setOfFolder(setStemOf(file)) ?? setOfFolder(path.posix.basename(path.posix.dirname(file)));
  return { path: file, ...(set === undefined ? {} : { set }) };
}

/** The set that a folder's name means: train of `train2017`. */
export function setOfFolder(name: string): SourceSet | undefined {
  return roleOf(name.replace(/\d+$/u, ''));
}

/** What names a file's images: `train2017` of `instances_train2017.json`. */
export function setStemOf(file: string): string {
  return path.posix
    .basename(file)
    .replace(/(?:\.coco)?\.json$/iu, '')
    .replace(/^instances_/iu, '');
}
