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
  { signal, batchSize = DEFAULT_BATCH, prepare }: BatchOptions = {},
): Promise<Float32Array> {
  const size = rowSize(data);
  const parts: Float32Array[] = [];
  for (let start = 0; start < data.count; start += batchSize) {
    signal?.throwIfAborted();
    const count = Math.min(batchSize, data.count - start);
    const inputs = data.inputs.subarray(start * size, (start + count) * size);
    parts.push(await predictor.predict(prepare?.(inputs, start, count) ?? inputs, count));
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
