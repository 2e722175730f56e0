import type { Value } from '../../graph-builder.ts';
import { mapShape, type Tensor } from '../../tensor.ts';
import { reachOf } from '../../window.ts';
import type { Filter } from '../map-operators.ts';
import { blockedNode, wholeBlocks, type BlockedContext } from './blocked-context.ts';
import { firstChannels, type Reorder } from './reorder.ts';

/** Whether the rows of a step fill whole blocks, so that they can stand where a convolution has its channels. */
export function canSumBatchInner({ batch, block }: BlockedContext, gradient: Tensor): boolean {
  return batch % block === 0 && mapShape(gradient).every((size) => size > 0);
}

/**
 * The gradient to a kernel as one convolution whose channels are the images: for every offset, channel and filter it sums over
 * images and places what the convolution is made for to sum. The maps `[N, H, W × C]` are the input with N channels, the gradients
 * `[filters, N, rows, columns]` the filters, whose elements lie `C` apart in a row.
 */
export function sumBatchInner(
  context: BlockedContext,
  reorder: Reorder,
  maps: Tensor,
  gradient: Tensor,
  { window, channels, filters }: Filter,
): Value {
  const { ops, batch, block } = context;
  const [rows, columns] = mapShape(gradient);
  const { strides, dilations } = window;
  const [offsetRows, offsetColumns] = reachOf(window);
  const outputs = wholeBlocks(context, filters);
  const chunks = chunkCount(context, gradient, outputs);
  const seen = seenByChunk(context, reorder, maps, { window, rows, columns, chunks });
  const split = ops.reshape(gradient.value, [
    ...[(batch * chunks) / block, block / chunks, outputs / block, chunks, (rows / chunks) * columns, block],
  ]);
  const byImage = ops.reshape(ops.transpose(split, [2, 0, 4, 1, 3, 5]), [
    ...[outputs, batch * chunks, rows / chunks, columns],
  ]);
  const sums = blockedNode(context, 'Conv', [seen.value, byImage], {
    kernel_shape: [rows / chunks, columns],
    dilations: [strides[0], strides[1] * seen.channels],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    group: 1,
  });
  const kernel = ops.reshape(
    ops.transpose(
      ops.reshape(sums, [outputs / block, offsetRows, offsetColumns, seen.channels, block]),
      [1, 2, 3, 0, 4],
    ),
    [offsetRows, offsetColumns, seen.channels, outputs],
  );
  const cells =
    dilations[0] * dilations[1] === 1
      ? kernel
      : ops.slice(kernel, [0, 1], { from: [0, 0], to: [offsetRows, offsetColumns], strides: dilations });
  return firstChannels({ ...context, fill: seen.channels }, firstChannels(context, cells, filters, 3), channels, 2);
}

type Chunked = {
  readonly window: Filter['window'];
  readonly rows: number;
  readonly columns: number;
  readonly chunks: number;
};

/** The padded maps as `[1, N × chunks, rows that a chunk of gradients sees, W × C]`, in blocks of images. */
function seenByChunk(
  context: BlockedContext,
  reorder: Reorder,
  maps: Tensor,
  { window, rows, columns, chunks }: Chunked,
): { readonly value: Value; readonly channels: number } {
  const { ops, batch } = context;
  const [height, width, realChannels] = mapShape(maps);
  const channels = maps.layout === 'plain' ? realChannels : wholeBlocks(context, realChannels);
  const { pads, strides } = window;
  const reach = reachOf(window);
  const seenRows = (rows - 1) * strides[0] + reach[0];
  const seenColumns = (columns - 1) * strides[1] + reach[1];
  const after = [seenRows - height - pads[0], seenColumns - width - pads[1]] as const;
  const last = reorder.toChannelsLast(maps, { keepFill: maps.layout === 'blocked' });
  const padded = ops.pad(last, [0, pads[0], pads[1], 0], [0, after[0], after[1], 0]);
  const flat = ops.reshape(padded, [batch, seenRows, seenColumns * channels]);
  const chunkRows = (rows / chunks - 1) * strides[0] + reach[0];
  const indices = Array.from({ length: chunks * chunkRows }, (_, index) => {
    const chunk = Math.floor(index / chunkRows);
    return chunk * (rows / chunks) * strides[0] + (index % chunkRows);
  });
  const byChunk = chunks === 1 ? flat : ops.gather(flat, ops.integers(indices), 1);
  const asChannels = ops.reshape(byChunk, [1, batch * chunks, chunkRows, seenColumns * channels]);
  return { value: blockedNode(context, 'ReorderInput', [asChannels]), channels };
}

/** The filters that are used at once should stay in the cache. */
const FILTER_PANEL_BYTES = 512 * 1024;
const FILTER_BLOCKS_AT_ONCE = 4;

/** In how many parts, a power of two up to the block, the rows of the gradients are taken as images of their own. */
function chunkCount({ block }: BlockedContext, gradient: Tensor, outputs: number): number {
  const [rows, columns] = mapShape(gradient);
  const blocksAtOnce = Math.min(FILTER_BLOCKS_AT_ONCE, outputs / block);
  const panel = rows * columns * block * block * Float32Array.BYTES_PER_ELEMENT * blocksAtOnce;
  let chunks = 1;
  while (panel / chunks > FILTER_PANEL_BYTES && chunks < block && rows % (2 * chunks) === 0) chunks *= 2;
  return chunks;
}
