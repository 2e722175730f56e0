import { LANES } from './kernel/resample-kernel.ts';
import type { Pixels } from './pixels.ts';
import { triangleTaps } from './triangle-taps.ts';

/** How pictures of one size become pictures of another; places are those in the kernel's memory. */
export type ResamplePlan = {
  readonly from: Pick<Pixels, 'height' | 'width' | 'channels'>;
  readonly to: { readonly height: number; readonly width: number };
  /** For each output row: its first input row, how many pairs of rows, and where their weights lie. */
  readonly rows: readonly { readonly first: number; readonly pairs: number; readonly weights: number }[];
  /** What has to lie at the beginning of the memory. */
  readonly tables: Uint8Array;
  readonly taps: number;
  readonly line: number;
  readonly output: number;
  /** Where input rows go, and how many at a time. */
  readonly input: number;
  readonly inputRows: number;
  readonly bytes: number;
};

/** Plans the resizing of pictures of one size: the weights, and the memory that is needed. */
export function planResample(from: ResamplePlan['from'], to: ResamplePlan['to']): ResamplePlan {
  const down = triangleTaps(from.height, to.height);
  const across = triangleTaps(from.width, to.width);
  const taps = [...across.starts].flatMap((start, at) => {
    const weights = across.weights[at]!;
    return [start * from.channels * 2, weights.length, ...weights];
  });
  const pairs: number[] = [];
  const rows = [...down.starts].map((first, at) => {
    const weights = down.weights[at]!;
    const place = (taps.length + pairs.length) * 4;
    for (let index = 0; index < weights.length; index += 2)
      pairs.push(weights[index]! + (weights[index + 1] ?? 0) * 2 ** 16);
    return { first, pairs: Math.ceil(weights.length / 2), weights: place };
  });
  const tables = new Uint8Array(Int32Array.of(...taps, ...pairs).buffer);
  const stride = from.width * from.channels;
  const mostRows = Math.max(...rows.map((row) => row.pairs * 2));
  const inputRows = Math.max(mostRows, Math.min(from.height, Math.floor(INPUT_BYTES / stride)));
  const line = roundUp(tables.length);
  const output = line + roundUp(stride + LANES) * 2;
  const input = output + roundUp(to.height * to.width * from.channels + LANES);
  return {
    from,
    to,
    rows,
    tables,
    taps: 0,
    line,
    output,
    input,
    inputRows,
    bytes: input + (inputRows + 1) * stride + LANES,
  };
}

/** Input rows are taken in as many at a time as fit into this, or as one output row needs. */
const INPUT_BYTES = 2 ** 20;

function roundUp(bytes: number): number {
  return Math.ceil(bytes / LANES) * LANES;
}
