import { WEIGHT_BITS } from './kernel/resample-kernel.ts';

/** For each output position where its inputs begin, and their weights in units of 2^-WEIGHT_BITS, which add up to 1. */
export type Taps = { readonly starts: Int32Array; readonly weights: readonly Int32Array[] };

/** A triangle around each output's centre: two inputs wide, or twice the reduction. */
export function triangleTaps(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(1, scale);
  const starts = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, at) => {
    const centre = (at + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    starts[at] = start;
    const raw = Float64Array.from({ length: Math.max(1, end - start) }, (__, index) =>
      Math.max(0, 1 - Math.abs((start + index + 0.5 - centre) / support)),
    );
    return toWhole(raw);
  });
  return { starts, weights };
}

/** The largest weight takes what rounding leaves, so that flat colours stay as they are. */
function toWhole(raw: Float64Array): Int32Array {
  const sum = raw.reduce((total, weight) => total + weight, 0);
  const whole = Int32Array.from(raw, (weight) => Math.round((weight / sum) * 2 ** WEIGHT_BITS));
  const rest = 2 ** WEIGHT_BITS - whole.reduce((total, weight) => total + weight, 0);
  whole[whole.indexOf(Math.max(...whole))]! += rest;
  return whole;
}
