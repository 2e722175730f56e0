import type { Box } from '../boxes/box.ts';
import type { Manifest } from './manifest.ts';

/** A file that only one version has; `class` is null for what has none, `boxes` says how many an image of a detection dataset has. */
export type OneSided = {
  readonly path: string;
  readonly bytes: number;
  readonly class: string | null;
  readonly boxes?: number;
};

/** A file that both versions have in some form. */
export type TwoSided = { readonly from: OneSided; readonly to: OneSided };

/** What differs between two versions' files. Every file is in at most one list, in the order of their paths. */
export type ManifestDiff = {
  readonly added: readonly OneSided[];
  readonly removed: readonly OneSided[];
  /** Another content at the same path. */
  readonly changed: readonly TwoSided[];
  /** The same content with another label or other boxes, wherever it lies. */
  readonly relabelled: readonly TwoSided[];
  /** The same content with the same label or boxes in another place. */
  readonly renamed: readonly TwoSided[];
  /** Classes whose samples, or boxes, differ, in the order of their names. */
  readonly classes: readonly ClassDiff[];
};

/** Counts samples that have a file of their own; of a detection dataset boxes. */
export type ClassDiff = {
  readonly class: string;
  /** In the first and in the second version. */
  readonly before: number;
  readonly after: number;
  /** In files that were added, removed or changed. */
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** In relabelled files: those that came from and went to other classes; boxes that are new or gone, a moved one both. */
  readonly came: number;
  readonly went: number;
};

/** What a file shows: its class, or each of its boxes. Equal keys are equal things. */
type Shown = { readonly class: string; readonly key: string };
type Labelled = {
  readonly told: OneSided;
  readonly sha256: string;
  readonly shown: readonly Shown[];
  readonly key: string;
};

/** Compares two versions by their manifests alone: nothing of the files is read. */
export function diffManifests(first: Manifest, second: Manifest): ManifestDiff {
  const before = labelled(first);
  const after = labelled(second);
  const old = new Map(before.map((file) => [file.told.path, file]));
  const present = new Map(after.map((file) => [file.told.path, file]));
  const gone = before.filter(({ told }) => !present.has(told.path));
  const fresh = after.filter(({ told }) => !old.has(told.path));
  const stayed = after.flatMap((to) => {
    const from = old.get(to.told.path);
    return from === undefined ? [] : [{ from, to }];
  });
  const renamed = pairUp(gone, fresh, ({ sha256, key }) => JSON.stringify([sha256, key]));
  const moved = pairUp(renamed.gone, renamed.fresh, ({ sha256 }) => sha256);
  const sameContent = stayed.filter(({ from, to }) => from.sha256 === to.sha256 && from.key !== to.key);
  const lists = {
    added: moved.fresh,
    removed: moved.gone,
    changed: stayed.filter(({ from, to }) => from.sha256 !== to.sha256),
    relabelled: [...sameContent, ...moved.pairs].sort(byPath),
  };
  return {
    added: lists.added.map(({ told }) => told),
    removed: lists.removed.map(({ told }) => told),
    changed: lists.changed.map(toldPair),
    relabelled: lists.relabelled.map(toldPair),
    renamed: renamed.pairs.map(toldPair),
    classes: classDiffs(before, after, lists),
  };
}

function labelled({ files, classNames }: Manifest): Labelled[] {
  const nameOf = (label: number) => classNames[label] ?? String(label);
  return files.map(({ path, bytes, sha256, label, boxes }) => {
    const name = label === undefined ? null : nameOf(label);
    const shown =
      boxes?.map((box) => ({ class: nameOf(box.label), key: boxKey(nameOf(box.label), box) })) ??
      (name === null ? [] : [{ class: name, key: name }]);
    const told = { path, bytes, class: name, ...(boxes === undefined ? {} : { boxes: boxes.length }) };
    // Whether an image has no boxes or is no sample is a difference.
    const key = boxes === undefined ? JSON.stringify(name) : JSON.stringify(shown.map((box) => box.key).sort());
    return { told, sha256, shown, key };
  });
}

function boxKey(name: string, { xmin, ymin, xmax, ymax, difficult, truncated, iscrowd }: Box): string {
  return JSON.stringify([name, xmin, ymin, xmax, ymax, difficult, truncated, iscrowd]);
}

type Pair = { readonly from: Labelled; readonly to: Labelled };
type Pairing = {
  readonly pairs: readonly Pair[];
  readonly gone: readonly Labelled[];
  readonly fresh: readonly Labelled[];
};

/** Joins what is gone with what is fresh under the same key, one to one. */
function pairUp(gone: readonly Labelled[], fresh: readonly Labelled[], keyOf: (file: Labelled) => string): Pairing {
  const waiting = new Map<string, Labelled[]>();
  for (const file of [...gone].reverse()) {
    const key = keyOf(file);
    const same = waiting.get(key);
    if (same === undefined) waiting.set(key, [file]);
    else same.push(file);
  }
  const pairs: Pair[] = [];
  const unpaired: Labelled[] = [];
  for (const to of fresh) {
    const from = waiting.get(keyOf(to))?.pop();
    if (from === undefined) unpaired.push(to);
    else pairs.push({ from, to });
  }
  const paired = new Set(pairs.map(({ from }) => from));
  return { pairs, gone: gone.filter((file) => !paired.has(file)), fresh: unpaired };
}

function toldPair({ from, to }: Pair): TwoSided {
  return { from: from.told, to: to.told };
}

function byPath(left: Pair, right: Pair): number {
  return left.to.told.path < right.to.told.path ? -1 : 1;
}

type Lists = {
  readonly added: readonly Labelled[];
  readonly removed: readonly Labelled[];
  readonly changed: readonly Pair[];
  readonly relabelled: readonly Pair[];
};

function classDiffs(
  before: readonly Labelled[],
  after: readonly Labelled[],
  { added, removed, changed, relabelled }: Lists,
): ClassDiff[] {
  const samples = { before: countByClass(shownIn(before)), after: countByClass(shownIn(after)) };
  const differences = {
    added: countByClass(shownIn(added)),
    removed: countByClass(shownIn(removed)),
    changed: countByClass(shownIn(changed.map(({ to }) => to))),
    came: countByClass(relabelled.flatMap(({ from, to }) => without(to.shown, from.shown))),
    went: countByClass(relabelled.flatMap(({ from, to }) => without(from.shown, to.shown))),
  };
  const names = new Set(Object.values(differences).flatMap((byClass) => [...byClass.keys()]));
  return [...names].sort().map((name) => {
    const of = (byClass: ReadonlyMap<string, number>) => byClass.get(name) ?? 0;
    return {
      class: name,
      ...{ before: of(samples.before), after: of(samples.after) },
      ...{ added: of(differences.added), removed: of(differences.removed), changed: of(differences.changed) },
      ...{ came: of(differences.came), went: of(differences.went) },
    };
  });
}

function shownIn(files: readonly Labelled[]): Shown[] {
  return files.flatMap(({ shown }) => shown);
}

function without(shown: readonly Shown[], others: readonly Shown[]): Shown[] {
  const keys = new Set(others.map(({ key }) => key));
  return shown.filter(({ key }) => !keys.has(key));
}

function countByClass(shown: readonly Shown[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { class: name } of shown) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
