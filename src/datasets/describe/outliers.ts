/** Where values lie. */
export type Range = { readonly low: number; readonly median: number; readonly high: number };

/** How values are spread, and which lie far outside. */
export type Spread = Range & {
  /** Places of the values whose score passes 3.5, the farthest first. */
  readonly outliers: readonly { readonly at: number; readonly value: number; readonly score: number }[];
};

/**
 * Median, extremes and outliers by the modified z-score 0.6745 (x − median) / MAD of Iglewicz and Hoaglin (1993), past 3.5; where
 * more than half of the values are the same there are none.
 * @param scale Rises; values are scored by what it makes of them, for example by their logarithms.
 */
export function spreadOf(values: readonly number[], scale: (value: number) => number = (value) => value): Spread {
  const scaled = values.map(scale);
  const middle = medianOf(scaled);
  const deviation = medianOf(scaled.map((value) => Math.abs(value - middle)));
  const scored = values.map((value, at) => ({ at, value, score: (NORMAL_MAD * (scaled[at]! - middle)) / deviation }));
  const outliers = deviation === 0 ? [] : scored.filter(({ score }) => Math.abs(score) > MOST_SCORE);
  return {
    ...rangeOf(values),
    outliers: outliers.sort((left, right) => Math.abs(right.score) - Math.abs(left.score)),
  };
}

/** The third quartile of the normal distribution. */
const NORMAL_MAD = 0.6745;
const MOST_SCORE = 3.5;

/** Least, middle and greatest of values that are not negative; 0 of none. */
export function rangeOf(values: readonly number[]): Range {
  return {
    low: values.reduce((low, value) => Math.min(low, value), values[0] ?? 0),
    median: medianOf(values),
    high: values.reduce((high, value) => Math.max(high, value), 0),
  };
}

/** The middle of the values, of an even number the upper of both; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
