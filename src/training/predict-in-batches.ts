import type { LabelledImages } from '../core/labelled-images.ts';
import { bytesPerImage } from './image-shape.ts';

/** Anything that gives probabilities `[count, classes]` for uint8 images `[count, height, width, channels]`. */
export interface BatchPredictor {
  predict(images: Uint8Array, count: number): Promise<Float32Array>;
}

/** Probabilities `[count, classes]` of any number of images, a bounded batch at a time; the signal is looked at between. */
export async function predictInBatches(
  predictor: BatchPredictor,
  data: Omit<LabelledImages, 'labels'>,
  { signal, batchSize = DEFAULT_BATCH }: { readonly signal?: AbortSignal; readonly batchSize?: number } = {},
): Promise<Float32Array> {
  const size = bytesPerImage(data);
  const parts: Float32Array[] = [];
  for (let start = 0; start < data.count; start += batchSize) {
    signal?.throwIfAborted();
    const count = Math.min(batchSize, data.count - start);
    parts.push(await predictor.predict(data.images.subarray(start * size, (start + count) * size), count));
  }
  return concatenate(parts);
}

const DEFAULT_BATCH = 256;

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
