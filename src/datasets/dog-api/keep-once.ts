import type { FetchedDogImage } from './fetch-dog-images.ts';
import { pathOfDogImage } from './dog-image.ts';
import type { RecordedImage } from './image-record.ts';

/** Where the images go, and what becomes of those whose bytes there are more than once. */
export type KeptImages = {
  readonly files: readonly { readonly file: string; readonly path: string }[];
  readonly record: readonly RecordedImage[];
  /** Paths of equal bytes within one class; the first of them is kept. */
  readonly repeated: readonly (readonly string[])[];
  /** Paths of equal bytes in several classes: none is kept, for at least one of the labels is wrong. */
  readonly contradictory: readonly (readonly string[])[];
};

/** Of equal images one is kept, and none when they have different labels. The images are in the order of their paths. */
export function keepOnce(fetched: readonly FetchedDogImage[]): KeptImages {
  const groups = new Map<string, FetchedDogImage[]>();
  for (const each of fetched) groups.set(each.sha256, [...(groups.get(each.sha256) ?? []), each]);
  const all = [...groups.values()];
  const isContradictory = (group: readonly FetchedDogImage[]) =>
    new Set(group.map(({ image }) => image.label)).size > 1;
  const kept = all.filter((group) => !isContradictory(group));
  const pathsOf = (group: readonly FetchedDogImage[]) => group.map(({ image }) => pathOfDogImage(image));
  const keptAt = new Map(kept.map((group) => [group[0]!.sha256, pathOfDogImage(group[0]!.image)]));
  const record = fetched.map(({ image: { url }, sha256 }) => {
    const path = keptAt.get(sha256);
    return { url, sha256, ...(path === undefined ? {} : { path }) };
  });
  return {
    files: kept.flatMap((group) => {
      const file = group.find((each) => each.file !== undefined)?.file;
      return file === undefined ? [] : [{ file, path: pathOfDogImage(group[0]!.image) }];
    }),
    record: record.sort((left, right) => (left.url < right.url ? -1 : 1)),
    repeated: kept.filter((group) => group.length > 1).map(pathsOf),
    contradictory: all.filter(isContradictory).map(pathsOf),
  };
}

/**
 * What is known of the chosen addresses. Of an image that was left out the bytes are not there: it is known only as long as what
 * it contradicted is among the chosen too.
 */
export function withoutSettled<Known extends { readonly sha256: string; readonly file?: string }>(
  known: ReadonlyMap<string, Known>,
  chosen: readonly { readonly url: string; readonly label: string }[],
): Map<string, Known> {
  const labels = new Map<string, Set<string>>();
  for (const { url, label } of chosen) {
    const sha256 = known.get(url)?.sha256;
    if (sha256 !== undefined) labels.set(sha256, (labels.get(sha256) ?? new Set()).add(label));
  }
  return new Map(
    chosen.flatMap(({ url }) => {
      const found = known.get(url);
      if (found === undefined) return [];
      return found.file !== undefined || labels.get(found.sha256)!.size > 1 ? [[url, found] as const] : [];
    }),
  );
}
