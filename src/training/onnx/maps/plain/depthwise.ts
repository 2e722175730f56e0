import type { GraphBuilder, Value } from '../../graph-builder.ts';
import type { Operators } from '../../operators.ts';
import { mapShape, type Tensor } from '../../tensor.ts';
import { placesOf, unreachedBy, windowCells } from '../../window.ts';
import type { Filter, MapOperators } from '../map-operators.ts';
import { plainTensor } from './plain-tensor.ts';

type Depthwise = Pick<MapOperators, 'depthwiseConv' | 'depthwiseInputGradient' | 'depthwiseKernelGradient'>;

/** Depthwise convolutions in ONNX's own layout: grouped ones, a group a channel. */
export function plainDepthwise(graph: GraphBuilder, ops: Operators): Depthwise {
  const filtersFirst = (kernel: Value, { window, filters }: Filter): Value =>
    ops.reshape(ops.transpose(kernel, [2, 3, 0, 1]), [filters, 1, ...window.kernel]);
  return {
    depthwiseConv: (maps, kernel, bias, filter) => {
      const { window, channels, filters } = filter;
      const [height, width] = mapShape(maps);
      const value = ops.conv(maps.value, filtersFirst(kernel, filter), bias, window, channels);
      return plainTensor(value, [...placesOf([height, width], window), filters]);
    },
    depthwiseInputGradient: (gradient, kernel, filter, input) =>
      plainTensor(
        ops.convTranspose(gradient.value, filtersFirst(kernel, filter), filter.window, {
          outputPadding: unreachedBy(filter.window, input, mapShape(gradient)),
          group: filter.channels,
        }),
        input,
      ),
    depthwiseKernelGradient: (maps, gradient, filter) =>
      graph.within('kernel', () => kernelGradient(ops, maps, gradient, filter)),
  };
}

/** For every image and channel one small matrix product: what each kernel element saw, times the gradients of the channel's filters. */
function kernelGradient(ops: Operators, maps: Tensor, gradient: Tensor, { window, channels, filters }: Filter): Value {
  const [rows, columns] = mapShape(gradient);
  const { pads, strides, kernel } = window;
  const places = rows * columns;
  const multiplier = filters / channels;
  const padded = ops.pad(maps.value, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const seen = windowCells(window).map((from) => {
    const to = [from[0] + strides[0] * (rows - 1) + 1, from[1] + strides[1] * (columns - 1) + 1];
    return ops.reshape(ops.slice(padded, [2, 3], { from, to, strides }), [-1, channels, 1, places]);
  });
  const perImage = ops.matMulTransposed(
    ops.concat(seen, 2),
    ops.reshape(gradient.value, [-1, channels, multiplier, places]),
  );
  const perChannel = ops.transpose(ops.reduceSum(perImage, [0]), [1, 0, 2]);
  return ops.reshape(perChannel, [...kernel, channels, multiplier]);
}
