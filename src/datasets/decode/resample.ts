import { createResampleKernel, type ResampleKernel, type WasmMemory } from './kernel/resample-kernel.ts';
import type { Pixels } from './pixels.ts';
import { planResample, type ResamplePlan } from './resample-plan.ts';

/** Resizes pixels to a height and width; returns pixels as they are that have them. */
export type Resample = (pixels: Pixels, height: number, width: number) => Pixels;

/**
 * Makes what resizes with a triangle filter that widens with the reduction, so that small details do not alias: the "antialiased
 * bilinear" of Pillow and of `tf.image.resize(antialias=True)`. First along columns, then along rows, in whole numbers: the same
 * on every processor. Plan and working memory are kept for the next picture.
 */
export function createResample(): Resample {
  const kernel = createResampleKernel();
  let plan: ResamplePlan | undefined;
  return (pixels, height, width) => {
    const { channels } = pixels;
    if (pixels.height === height && pixels.width === width) return pixels;
    if (plan === undefined || !isFor(plan, pixels, height, width)) {
      plan = planResample({ height: pixels.height, width: pixels.width, channels }, { height, width });
      prepareMemory(kernel.memory, plan);
    }
    return { data: follow(plan, kernel, pixels.data), height, width, channels };
  };
}

function isFor({ from, to }: ResamplePlan, pixels: Pixels, height: number, width: number): boolean {
  const { height: fromHeight, width: fromWidth, channels } = pixels;
  const isFrom = from.height === fromHeight && from.width === fromWidth && from.channels === channels;
  return isFrom && to.height === height && to.width === width;
}

const PAGE_BYTES = 65_536;

function prepareMemory(memory: WasmMemory, { bytes, tables }: ResamplePlan): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  new Uint8Array(memory.buffer).set(tables);
}

function follow(plan: ResamplePlan, { memory, sumRows, sumPixels }: ResampleKernel, data: Uint8Array): Uint8Array {
  const { from, to, rows, taps, line, output, input, inputRows } = plan;
  const bytes = new Uint8Array(memory.buffer);
  const length = from.width * from.channels;
  const outputLength = to.width * from.channels;
  let taken = { first: 0, end: 0 };
  rows.forEach(({ first, pairs, weights }, y) => {
    if (Math.min(first + pairs * 2, from.height) > taken.end) {
      taken = { first, end: Math.min(first + inputRows, from.height) };
      bytes.set(data.subarray(taken.first * length, taken.end * length), input);
    }
    sumRows(line, input + (first - taken.first) * length, length, weights, pairs);
    sumPixels(output + y * outputLength, line, taps, to.width, from.channels);
  });
  return bytes.slice(output, output + to.height * outputLength);
}
