import { createHash } from 'node:crypto';
import { hashJson } from '../../core/json.ts';
import { pathOfDogImage, readDogImage, type DogImage } from './dog-image.ts';

export type ChosenDogImages = {
  /** Sorted by their path. */
  readonly images: readonly DogImage[];
  readonly labels: readonly string[];
  /** Changes when, and only when, another image is chosen. */
  readonly version: string;
  /** Addresses that are those of no image. */
  readonly strange: readonly string[];
};

/**
 * Chooses up to `perClass` images a label: those whose path, hashed with the seed, comes first. So the choice is at random and
 * always the same; more images a class keep those there were, and a new one upstream takes the place of one at most.
 */
export function chooseDogImages(
  urls: readonly string[],
  { perClass, seed }: { readonly perClass: number; readonly seed: number },
): ChosenDogImages {
  const strange: string[] = [];
  const byPath = new Map<string, DogImage>();
  for (const url of [...urls].sort()) {
    const image = readDogImage(url);
    if (image === undefined) strange.push(url);
    else if (!byPath.has(pathOfDogImage(image))) byPath.set(pathOfDogImage(image), image);
  }
  const ranked = [...byPath].map(([path, image]) => ({ path, image, rank: rankOf(path, seed) }));
  ranked.sort((left, right) => (left.rank < right.rank ? -1 : 1));
  const counts = new Map<string, number>();
  const chosen = ranked.filter(({ image: { label } }) => {
    const before = counts.get(label) ?? 0;
    counts.set(label, before + 1);
    return before < perClass;
  });
  chosen.sort((left, right) => (left.path < right.path ? -1 : 1));
  const version = hashJson(chosen.map(({ path }) => path));
  return { images: chosen.map(({ image }) => image), labels: [...counts.keys()].sort(), version, strange };
}

function rankOf(path: string, seed: number): string {
  return createHash('sha256').update(`${seed}:${path}`).digest('hex');
}
