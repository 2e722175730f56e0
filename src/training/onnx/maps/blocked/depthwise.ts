import type { Value } from '../../graph-builder.ts';
import type { Window } from '../../operators.ts';
import { mapShape, type MapShape, type Tensor } from '../../tensor.ts';
import { placesOf, reachOf } from '../../window.ts';
import type { Filter, MapOperators } from '../map-operators.ts';
import { blockedNode, blockedTensor, fillBlock, wholeBlocks, type BlockedContext } from './blocked-context.ts';
import { firstChannels, type Reorder } from './reorder.ts';
import { transposed } from './transposed-window.ts';

type Depthwise = Pick<MapOperators, 'depthwiseConv' | 'depthwiseInputGradient' | 'depthwiseKernelGradient'>;

/** Depthwise convolutions on blocks; with more than one filter a channel in ONNX's own layout. */
export function blockedDepthwise(context: BlockedContext, reorder: Reorder): Depthwise {
  const { ops, plain } = context;
  const isBlocked = ({ channels, filters }: Filter): boolean => channels === filters;
  const cells = (kernel: Value, { window, channels }: Filter): Value =>
    ops.reshape(ops.pad(kernel, [0, 0, 0, 0], [0, 0, wholeBlocks(context, channels) - channels, 0]), [
      ...[window.kernel[0] * window.kernel[1], wholeBlocks(context, channels)],
    ]);
  return {
    depthwiseConv: (maps, kernel, bias, filter) => {
      if (!isBlocked(filter)) return plain.depthwiseConv(reorder.toPlain(maps), kernel, bias, filter);
      const { window, channels } = filter;
      const [height, width] = mapShape(maps);
      const value = convolveEach(context, reorder.toBlocked(maps).value, {
        filters: channelFilters(context, cells(kernel, filter), filter),
        window,
        channels,
        ...(bias === undefined ? {} : { bias: fillBlock(context, bias, channels) }),
      });
      return blockedTensor(value, [...placesOf([height, width], window), channels]);
    },
    depthwiseInputGradient: (gradient, kernel, filter, input) => {
      if (!isBlocked(filter)) return plain.depthwiseInputGradient(reorder.toPlain(gradient), kernel, filter, input);
      return spreadByKernel(context, reorder.toBlocked(gradient), { cells: cells(kernel, filter), filter, input });
    },
    depthwiseKernelGradient: (maps, gradient, filter) =>
      isBlocked(filter)
        ? kernelGradient(context, reorder.toBlocked(maps), reorder.toBlocked(gradient), filter)
        : plain.depthwiseKernelGradient(reorder.toPlain(maps), reorder.toPlain(gradient), filter),
  };
}

type ChannelConvolution = {
  readonly filters: Value;
  readonly window: Window;
  readonly channels: number;
  readonly bias?: Value;
};

/** One filter a channel. */
export function convolveEach(context: BlockedContext, maps: Value, convolution: ChannelConvolution): Value {
  const { filters, window, channels, bias } = convolution;
  const { kernel, strides, pads, dilations } = window;
  const group = wholeBlocks(context, channels);
  const inputs = bias === undefined ? [maps, filters] : [maps, filters, bias];
  return blockedNode(context, 'Conv', inputs, { kernel_shape: kernel, strides, pads, dilations, group });
}

/** `[h × w, C]` → memory `[C ÷ B, h × w, B]`. */
function channelFilters({ ops, block }: BlockedContext, cells: Value, { window, channels }: Filter): Value {
  const [rows, columns] = window.kernel;
  const blocks = Math.ceil(channels / block);
  const split = ops.transpose(ops.reshape(cells, [rows * columns, blocks, block]), [1, 0, 2]);
  return ops.reshape(split, [blocks * block, 1, rows, columns]);
}

/** The gradient to the input of a convolution channel by channel, whose kernel is `cells` `[h × w, C]`, the last block filled. */
export function spreadByKernel(
  context: BlockedContext,
  gradient: Tensor,
  { cells, filter, input }: { readonly cells: Value; readonly filter: Filter; readonly input: MapShape },
): Tensor {
  const { ops } = context;
  const count = filter.window.kernel[0] * filter.window.kernel[1];
  const backwards = ops.integers(Array.from({ length: count }, (_, index) => count - 1 - index));
  const turned = count === 1 ? cells : ops.gather(cells, backwards);
  const { maps, window } = transposed(context, gradient, filter.window, input);
  const filters = channelFilters(context, turned, filter);
  return blockedTensor(convolveEach(context, maps, { filters, window, channels: filter.channels }), input);
}

/** Every channel of every row is a group of its own, and its gradients are its filter: nothing is moved. */
function kernelGradient(context: BlockedContext, maps: Tensor, gradient: Tensor, { window, channels }: Filter): Value {
  const { ops, batch } = context;
  const [height, width] = mapShape(maps);
  const [rows, columns] = mapShape(gradient);
  const { strides, dilations, pads, kernel } = window;
  const reach = reachOf(window);
  const groups = batch * wholeBlocks(context, channels);
  const after = [
    (rows - 1) * strides[0] + reach[0] - height - pads[0],
    (columns - 1) * strides[1] + reach[1] - width - pads[1],
  ] as const;
  const sums = blockedNode(
    context,
    'Conv',
    [ops.reshape(maps.value, [1, groups, height, width]), ops.reshape(gradient.value, [groups, 1, rows, columns])],
    {
      kernel_shape: [rows, columns],
      dilations: strides,
      strides: dilations,
      pads: [pads[0], pads[1], Math.max(after[0], 0), Math.max(after[1], 0)],
      group: groups,
    },
  );
  const offsets = [
    placesAfterwards(height + pads[0] + Math.max(after[0], 0), rows, strides[0], dilations[0]),
    placesAfterwards(width + pads[1] + Math.max(after[1], 0), columns, strides[1], dilations[1]),
  ] as const;
  const { block } = context;
  const perRow = ops.reshape(sums, [batch, groups / batch / block, offsets[0] * offsets[1], block]);
  const cells = ops.reshape(ops.transpose(ops.reduceSum(perRow, [0]), [1, 0, 2]), [
    ...[offsets[0], offsets[1], groups / batch],
  ]);
  const inKernel =
    offsets[0] === kernel[0] && offsets[1] === kernel[1]
      ? cells
      : ops.slice(cells, [0, 1], { from: [0, 0], to: kernel });
  return ops.reshape(firstChannels(context, inKernel, channels, 2), [...kernel, channels, 1]);
}

function placesAfterwards(size: number, kernel: number, dilation: number, stride: number): number {
  return Math.floor((size - (kernel - 1) * dilation - 1) / stride) + 1;
}
