import { seededRandom, type SeededRandom } from '../core/seeded-random.ts';

/** How often each outcome occurs among pairs: the samples that only the second, or only the first, of two got right. */
export type PairedCounts = { readonly samples: number; readonly gains: number; readonly losses: number };

/** Where a change in accuracy lies, as shares: 0.01 is a point. */
export type ChangeInterval = {
  readonly change: number;
  readonly low: number;
  readonly high: number;
  /** 0.95 for a 95 % interval. */
  readonly level: number;
  readonly resamples: number;
};

const RESAMPLES = 5_000;
const LEVEL = 0.95;

/**
 * Percentile bootstrap interval of the change in accuracy between two classifiers, samples drawn as pairs. The sum of a
 * resample is drawn directly, which is the same as drawing its samples one by one: how many pairs that differ are in it is
 * binomial, and each of them is a gain with the share of gains among them. The same counts give the same interval.
 * @see Efron, Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
 */
export function bootstrapChange({ samples, gains, losses }: PairedCounts, level = LEVEL): ChangeInterval {
  const differing = gains + losses;
  if (samples === 0) return { change: 0, low: 0, high: 0, level, resamples: 0 };
  const random = seededRandom('bootstrap', samples, gains, losses);
  const drawDiffering = binomialSampler(samples, differing / samples);
  const changes = Float64Array.from({ length: RESAMPLES }, () => {
    const drawn = drawDiffering(random);
    return (2 * successes(drawn, gains / Math.max(differing, 1), random) - drawn) / samples;
  }).sort();
  return {
    change: (gains - losses) / samples,
    low: quantile(changes, (1 - level) / 2),
    high: quantile(changes, (1 + level) / 2),
    level,
    resamples: RESAMPLES,
  };
}

function successes(trials: number, p: number, random: SeededRandom): number {
  let count = 0;
  for (let trial = 0; trial < trials; trial += 1) if (random.next() < p) count += 1;
  return count;
}

/** Draws from Binomial(n, p) by its cumulated probabilities, which are built outwards from the mode so that none underflows to all. */
function binomialSampler(n: number, p: number): (random: SeededRandom) => number {
  if (p <= 0 || p >= 1) return () => (p <= 0 ? 0 : n);
  const weights = new Float64Array(n + 1);
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  weights[mode] = 1;
  for (let k = mode; k < n && weights[k]! > 0; k += 1) weights[k + 1] = (weights[k]! * odds * (n - k)) / (k + 1);
  for (let k = mode; k > 0 && weights[k]! > 0; k -= 1) weights[k - 1] = (weights[k]! * k) / (odds * (n - k + 1));
  for (let k = 1; k <= n; k += 1) weights[k]! += weights[k - 1]!;
  const total = weights[n]!;
  return (random) => firstAbove(weights, random.next() * total);
}

/** The first index whose value is above the wanted one, in values that rise. */
function firstAbove(values: Float64Array, wanted: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Interpolated between neighbours, as numpy.quantile does by default. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
