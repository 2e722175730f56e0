import type { Value } from '../../graph-builder.ts';
import type { Window } from '../../operators.ts';
import { mapShape, type MapShape, type Tensor } from '../../tensor.ts';
import { placesOf } from '../../window.ts';
import type { Filter, MapOperators } from '../map-operators.ts';
import { blockedNode, blockedTensor, fillBlock, wholeBlocks, type BlockedContext } from './blocked-context.ts';
import { canSumBatchInner, sumBatchInner } from './kernel-gradient.ts';
import { pointwiseKernelGradient } from './pointwise-gradient.ts';
import type { Reorder } from './reorder.ts';
import { transposed } from './transposed-window.ts';

type Convolutions = Pick<MapOperators, 'conv' | 'convInputGradient' | 'convKernelGradient'>;

/** Convolutions on blocks, forwards and backwards. */
export function blockedConvolutions(context: BlockedContext, reorder: Reorder): Convolutions {
  const { plain } = context;
  return {
    conv: (maps, kernel, bias, filter) => {
      const { window, channels, filters } = filter;
      const [height, width] = mapShape(maps);
      const unblocked = maps.layout === 'plain' && channels < context.block;
      const value = convolve(context, {
        maps: unblocked ? maps.value : reorder.toBlocked(maps).value,
        filters: unblocked ? filtersForPlain(context, kernel, filter) : filtersForBlocks(context, kernel, filter),
        window,
        ...(bias === undefined ? {} : { bias: fillBlock(context, bias, filters) }),
      });
      return blockedTensor(value, [...placesOf([height, width], window), filters]);
    },
    convInputGradient: (gradient, kernel, filter, input) =>
      inputGradient(context, { gradient: reorder.toBlocked(gradient), kernel, filter, input }),
    convKernelGradient: (maps, gradient, filter) => {
      const blocked = reorder.toBlocked(gradient);
      if (isPointwise(filter.window)) return pointwiseKernelGradient(context, reorder, maps, blocked, filter);
      if (canSumBatchInner(context, blocked)) return sumBatchInner(context, reorder, maps, blocked, filter);
      return plain.convKernelGradient(reorder.toPlain(maps), reorder.toPlain(gradient), filter);
    },
  };
}

function isPointwise({ kernel, strides, pads }: Window): boolean {
  return [...kernel, ...strides].every((size) => size === 1) && pads.every((size) => size === 0);
}

type Convolution = { readonly maps: Value; readonly filters: Value; readonly window: Window; readonly bias?: Value };

function convolve(context: BlockedContext, { maps, filters, window, bias }: Convolution): Value {
  const { kernel, strides, pads, dilations } = window;
  const inputs = bias === undefined ? [maps, filters] : [maps, filters, bias];
  return blockedNode(context, 'Conv', inputs, { kernel_shape: kernel, strides, pads, dilations, group: 1 });
}

/** `[h, w, I, O]` → memory `[O ÷ B, I ÷ B, h, w, B of I, B of O]`. */
function filtersForBlocks(context: BlockedContext, kernel: Value, filter: Filter): Value {
  const { ops, block } = context;
  const [rows, columns] = filter.window.kernel;
  const [inputs, outputs] = [wholeBlocks(context, filter.channels), wholeBlocks(context, filter.filters)];
  const split = ops.reshape(fillKernel(context, kernel, filter), [
    ...[rows, columns, inputs / block, block, outputs / block, block],
  ]);
  return ops.reshape(ops.transpose(split, [4, 2, 0, 1, 3, 5]), [outputs, inputs, rows, columns]);
}

/** For maps that are not in blocks: `[h, w, I, O]` → memory `[O ÷ B, I, h, w, B of O]`. */
function filtersForPlain(context: BlockedContext, kernel: Value, { window, channels, filters }: Filter): Value {
  const { ops, block } = context;
  const [rows, columns] = window.kernel;
  const outputs = wholeBlocks(context, filters);
  const filled = ops.pad(kernel, [0, 0, 0, 0], [0, 0, 0, outputs - filters]);
  const split = ops.reshape(filled, [rows, columns, channels, outputs / block, block]);
  return ops.reshape(ops.transpose(split, [3, 2, 0, 1, 4]), [outputs, channels, rows, columns]);
}

function fillKernel(context: BlockedContext, kernel: Value, { channels, filters }: Filter): Value {
  const fill = [wholeBlocks(context, channels) - channels, wholeBlocks(context, filters) - filters];
  return context.ops.pad(kernel, [0, 0, 0, 0], [0, 0, ...fill]);
}

type InputGradient = {
  readonly gradient: Tensor;
  readonly kernel: Value;
  readonly filter: Filter;
  readonly input: MapShape;
};

/** The gradients, spread by the strides, convolved with the kernel turned by 180° whose inputs and outputs are swapped. */
function inputGradient(context: BlockedContext, { gradient, kernel, filter, input }: InputGradient): Tensor {
  const { ops, block } = context;
  const [rows, columns] = filter.window.kernel;
  const [inputs, outputs] = [wholeBlocks(context, filter.channels), wholeBlocks(context, filter.filters)];
  const cells = ops.reshape(fillKernel(context, kernel, filter), [
    ...[rows * columns, inputs / block, block, outputs / block, block],
  ]);
  const backwards = ops.integers(Array.from({ length: rows * columns }, (_, index) => rows * columns - 1 - index));
  const turned = rows * columns === 1 ? cells : ops.gather(cells, backwards);
  const filters = ops.reshape(ops.transpose(turned, [1, 3, 0, 4, 2]), [inputs, outputs, rows, columns]);
  const { maps, window } = transposed(context, gradient, filter.window, input);
  return blockedTensor(convolve(context, { maps, filters, window }), input);
}
