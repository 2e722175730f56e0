import { logMass, truncatedNormal } from './samplers/truncated-normal.ts';

/** 90 % of the narrowest kernel lie on its own place. */
const LEAST_DEVIATION = 0.5 / 1.64;

/**
 * A smooth density over places from how often each was seen: a kernel around each of them, of the width that Scott's rule gives
 * (D. W. Scott, Multivariate Density Estimation, 1992) where places are ordered, and one over all of them that weighs as one
 * sighting.
 */
export function discreteDensity(
  counts: readonly number[],
  { ordered }: { readonly ordered: boolean },
): readonly number[] {
  const seen = [...counts.keys()].filter((place) => counts[place]! > 0);
  const total = counts.reduce((sum, count) => sum + count, 0) + 1;
  const kernels = ordered ? normalKernels(counts, seen) : choiceKernels(counts.length, seen);
  const weights = [...seen.map((place) => counts[place]!), 1];
  return [...counts.keys()].map((place) =>
    kernels.reduce((sum, kernel, index) => sum + (weights[index]! / total) * kernel(place), 0),
  );
}

type Kernel = (place: number) => number;

/** The last goes over all places. */
function normalKernels(counts: readonly number[], seen: readonly number[]): readonly Kernel[] {
  const [low, high] = [-0.5, counts.length - 0.5];
  const kernel = (mean: number, deviation: number): Kernel => {
    const normal = truncatedNormal({ mean, deviation, low, high });
    return (place) => Math.exp(logMass(place - 0.5, place + 0.5, normal));
  };
  const deviation = Math.max(LEAST_DEVIATION, scottDeviation(counts, seen));
  return [...seen.map((place) => kernel(place, deviation)), kernel((counts.length - 1) / 2, counts.length)];
}

function scottDeviation(counts: readonly number[], seen: readonly number[]): number {
  const total = seen.reduce((sum, place) => sum + counts[place]!, 0);
  const mean = seen.reduce((sum, place) => sum + place * counts[place]!, 0) / total;
  const squares = seen.reduce((sum, place) => sum + (place - mean) ** 2 * counts[place]!, 0);
  const deviation = Math.sqrt(squares / Math.max(1, total - 1));
  const quarters =
    placeAfter(counts, seen, Math.floor((total * 3) / 4), false) -
    placeAfter(counts, seen, Math.floor(total / 4), true);
  return 1.059 * Math.min(quarters / 1.34, deviation) * total ** -0.2;
}

/** The first place with which so many sightings are reached, or passed. */
function placeAfter(counts: readonly number[], seen: readonly number[], wanted: number, reached: boolean): number {
  let sum = 0;
  for (const place of seen) {
    sum += counts[place]!;
    if (reached ? sum >= wanted : sum > wanted) return place;
  }
  return seen.at(-1)!;
}

/** As TPE's: each seen choice has its own weight, and each a share of one that goes round all kernels. */
function choiceKernels(choices: number, seen: readonly number[]): readonly Kernel[] {
  const share = 1 / (seen.length + 1);
  return [
    ...seen.map(
      (own): Kernel =>
        (place) =>
          (share + (place === own ? 1 : 0)) / (1 + share * choices),
    ),
    () => 1 / choices,
  ];
}
