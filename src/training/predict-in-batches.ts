import { overlap } from '../core/overlap.ts';
import { rowSize, type Rows } from '../core/samples.ts';

/** Anything that gives probabilities `[count, classes]` for rows of inputs. */
export interface BatchPredictor {
  predict(inputs: Rows['inputs'], count: number): Promise<Float32Array>;
}

type BatchOptions = {
  readonly signal?: AbortSignal;
  readonly batchSize?: number;
  /** Makes what is predicted of the rows from `start` on. */
  readonly prepare?: (inputs: Rows['inputs'], start: number, count: number) => Rows['inputs'];
};

/** Probabilities `[count, classes]` of any number of rows, a bounded batch at a time; the signal is looked at between. */
export async function predictInBatches(
  predictor: BatchPredictor,
  data: Rows,
  { signal, batchSize = batchFor(data), prepare }: BatchOptions = {},
): Promise<Float32Array> {
  const size = rowSize(data);
  const parts: Float32Array[] = [];
  const starts = Array.from({ length: Math.ceil(data.count / batchSize) }, (_, index) => index * batchSize);
  const predict = (start: number): Promise<Float32Array> => {
    signal?.throwIfAborted();
    const count = Math.min(batchSize, data.count - start);
    const inputs = data.inputs.subarray(start * size, (start + count) * size);
    return predictor.predict(prepare?.(inputs, start, count) ?? inputs, count);
  };
  for await (const part of overlap(starts, predict)) parts.push(part);
  return concatenate(parts);
}

/**
 * Large images in small batches: what a network keeps of one while it computes is many times its size. 224 × 224 in colour makes 27,
 * 28 × 28 in grey 256.
 */
function batchFor(data: Rows): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(BATCH_BYTES / (rowSize(data) * data.inputs.BYTES_PER_ELEMENT))));
}

const MOST_ROWS = 256;
const BATCH_BYTES = 4 * 1024 * 1024;

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
