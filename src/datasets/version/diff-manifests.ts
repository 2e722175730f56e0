import type { Manifest, ManifestFile } from './manifest.ts';

/** A file that only one version has; `class` is null for what is no sample. */
export type OneSided = { readonly path: string; readonly bytes: number; readonly class: string | null };

/** A file that both versions have in some form. */
export type TwoSided = { readonly from: OneSided; readonly to: OneSided };

/** What differs between two versions' files. Every file is in at most one list, in the order of their paths. */
export type ManifestDiff = {
  readonly added: readonly OneSided[];
  readonly removed: readonly OneSided[];
  /** Another content at the same path. */
  readonly changed: readonly TwoSided[];
  /** The same content with another label, wherever it lies. */
  readonly relabelled: readonly TwoSided[];
  /** The same content with the same label in another place. */
  readonly renamed: readonly TwoSided[];
  /** Classes whose samples differ, in the order of their names. */
  readonly classes: readonly ClassDiff[];
};

export type ClassDiff = {
  readonly class: string;
  /** Samples that have a file of their own, in the first and in the second version. */
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Relabelled samples that came from and went to other classes. */
  readonly came: number;
  readonly went: number;
};

type Labelled = OneSided & { readonly sha256: string };

/** Compares two versions by their manifests alone: nothing of the files is read. */
export function diffManifests(first: Manifest, second: Manifest): ManifestDiff {
  const before = labelled(first);
  const after = labelled(second);
  const old = new Map(before.map((file) => [file.path, file]));
  const present = new Map(after.map((file) => [file.path, file]));
  const gone = before.filter(({ path }) => !present.has(path));
  const fresh = after.filter(({ path }) => !old.has(path));
  const stayed = after.flatMap((to) => {
    const from = old.get(to.path);
    return from === undefined ? [] : [{ from, to }];
  });
  const renamed = pairUp(gone, fresh, ({ sha256, class: name }) => JSON.stringify([sha256, name]));
  const moved = pairUp(renamed.gone, renamed.fresh, ({ sha256 }) => sha256);
  const sameContent = stayed.filter(({ from, to }) => from.sha256 === to.sha256 && from.class !== to.class);
  const lists = {
    added: moved.fresh.map(plain),
    removed: moved.gone.map(plain),
    changed: stayed.filter(({ from, to }) => from.sha256 !== to.sha256).map(plainPair),
    relabelled: [...sameContent, ...moved.pairs].map(plainPair).sort(byPath),
    renamed: renamed.pairs.map(plainPair),
  };
  return { ...lists, classes: classDiffs(before, after, lists) };
}

function labelled({ files, classNames }: Manifest): Labelled[] {
  const nameOf = ({ label }: ManifestFile) => (label === undefined ? null : (classNames[label] ?? null));
  return files.map((file) => ({ path: file.path, bytes: file.bytes, class: nameOf(file), sha256: file.sha256 }));
}

type Pairing = {
  readonly pairs: readonly { readonly from: Labelled; readonly to: Labelled }[];
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
  const pairs: { from: Labelled; to: Labelled }[] = [];
  const unpaired: Labelled[] = [];
  for (const to of fresh) {
    const from = waiting.get(keyOf(to))?.pop();
    if (from === undefined) unpaired.push(to);
    else pairs.push({ from, to });
  }
  const paired = new Set(pairs.map(({ from }) => from));
  return { pairs, gone: gone.filter((file) => !paired.has(file)), fresh: unpaired };
}

function plain({ path, bytes, class: name }: Labelled): OneSided {
  return { path, bytes, class: name };
}

function plainPair({ from, to }: { readonly from: Labelled; readonly to: Labelled }): TwoSided {
  return { from: plain(from), to: plain(to) };
}

function byPath(left: TwoSided, right: TwoSided): number {
  return left.to.path < right.to.path ? -1 : 1;
}

function classDiffs(
  before: readonly OneSided[],
  after: readonly OneSided[],
  { added, removed, changed, relabelled }: Omit<ManifestDiff, 'classes' | 'renamed'>,
): ClassDiff[] {
  const samples = { before: countByClass(before), after: countByClass(after) };
  const differences = {
    added: countByClass(added),
    removed: countByClass(removed),
    changed: countByClass(changed.map(({ to }) => to)),
    came: countByClass(relabelled.map(({ to }) => to)),
    went: countByClass(relabelled.map(({ from }) => from)),
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

function countByClass(files: readonly OneSided[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { class: name } of files) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
