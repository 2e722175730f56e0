import type { SeededRandom } from '../../../core/seeded-random.ts';

/** A normal distribution of which only what lies between two bounds counts. */
export type TruncatedNormal = Shape & {
  /** The logarithm of the density at the mean. */
  readonly logPeak: number;
  /** The logarithm of what the whole distribution has between the bounds. */
  readonly logTotal: number;
};

type Shape = { readonly mean: number; readonly deviation: number; readonly low: number; readonly high: number };

/** The mean lies between the bounds. */
export function truncatedNormal(shape: Shape): TruncatedNormal {
  const logTotal = logMassBetween(shape.low, shape.high, shape);
  return { ...shape, logTotal, logPeak: -LOG_ROOT_2_PI - Math.log(shape.deviation) - logTotal };
}

/** A value between the bounds. At least a third of the draws fall between them when the deviation is at most their distance. */
export function drawTruncated({ mean, deviation, low, high }: Shape, random: SeededRandom): number {
  for (;;) {
    const value = mean + deviation * random.normal();
    if (value >= low && value <= high) return value;
  }
}

/** The logarithm of the density at a value between the bounds. */
export function logDensity(value: number, { mean, deviation, logPeak }: TruncatedNormal): number {
  const distance = (value - mean) / deviation;
  return logPeak - 0.5 * distance * distance;
}

/** The logarithm of the probability of the values from `from` to `to`, both between the bounds. */
export function logMass(from: number, to: number, normal: TruncatedNormal): number {
  return logMassBetween(from, to, normal) - normal.logTotal;
}

const LOG_ROOT_2_PI = 0.5 * Math.log(2 * Math.PI);

/** Computed in the tail in which both ends lie, so that what is far from the mean keeps its digits. */
function logMassBetween(from: number, to: number, { mean, deviation }: Shape): number {
  const near = (from - mean) / deviation;
  const far = (to - mean) / deviation;
  const mass = near > 0 ? upperTail(near) - upperTail(far) : upperTail(-far) - upperTail(-near);
  return Math.log(Math.max(mass, Number.MIN_VALUE));
}

/** P(Z > z) of the standard normal distribution, to 1.2e-7 of itself (W. H. Press et al., Numerical Recipes, erfcc). */
function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  let series = 0;
  for (const coefficient of COEFFICIENTS) series = coefficient + t * series;
  const tail = 0.5 * t * Math.exp(-x * x + series);
  return z >= 0 ? tail : 1 - tail;
}

/** The highest power first. */
const COEFFICIENTS = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  -1.26551223,
];
