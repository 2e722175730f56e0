import type { ProblemTally } from '../boxes/annotation-problems.ts';
import { isImagePath } from '../layout/image-path.ts';
import type { SourceSet } from '../layout/set-folders.ts';
import { stemOf, type VocListName } from './find-voc.ts';

/** A list of `ImageSets/Main`: what names it, where it is, and its text. */
export type VocList = { readonly name: VocListName; readonly path: string; readonly text: string };

/**
 * The set of each listed image, by its name without ending. An image in several sets belongs to the one that must not leak: test before
 * validation before train. Entries that name no image, and images in several sets, are told.
 */
export function readVocSets(
  lists: readonly VocList[],
  images: readonly string[],
  problems: ProblemTally,
): Map<string, SourceSet> {
  const known = new Set(images.map(stemOf));
  const sets = new Map<string, SourceSet>();
  for (const { name, path, text } of [...lists].sort((left, right) => order(left.name) - order(right.name))) {
    for (const line of text.split('\n')) {
      const entry = line.trim();
      if (entry === '') continue;
      const stem = stemOfEntry(entry, known);
      if (stem === undefined) {
        problems.add('unknown-entry', `${entry} in ${path}`);
        continue;
      }
      const other = sets.get(stem);
      if (other === undefined) sets.set(stem, SETS[name]);
      else if (isConflict(other, name)) problems.add('set-conflict', `${stem} in ${path}`);
    }
  }
  return sets;
}

/** `trainval` is train and validation together: what only it lists is learned from. */
const SETS: Readonly<Record<VocListName, SourceSet>> = {
  test: 'test',
  val: 'validation',
  train: 'train',
  trainval: 'train',
};

function order(name: VocListName): number {
  return Object.keys(SETS).indexOf(name);
}

function isConflict(set: SourceSet, name: VocListName): boolean {
  return name === 'trainval' ? set === 'test' : set !== SETS[name];
}

/** A name, also with its ending, its folder, or a number behind it as in the lists of single classes. */
function stemOfEntry(entry: string, known: ReadonlySet<string>): string | undefined {
  const first = entry.split(/\s/u)[0]!;
  return [entry, first, ...[entry, first].filter(isImagePath).map(stemOf)].find((name) => known.has(name));
}
