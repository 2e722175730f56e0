import type { Value } from '../../graph-builder.ts';
import type { Operators } from '../../operators.ts';
import { mapShape, type Tensor } from '../../tensor.ts';
import { placesOf, unreachedBy, windowCells } from '../../window.ts';
import type { Filter, MapOperators } from '../map-operators.ts';
import { plainTensor } from './plain-tensor.ts';

type Convolutions = Pick<MapOperators, 'conv' | 'convInputGradient' | 'convKernelGradient'>;

/** Convolutions in ONNX's own layout; the gradient to the kernel is one matrix product an image over what each kernel element saw. */
export function plainConvolutions(ops: Operators): Convolutions {
  const filtersFirst = (kernel: Value): Value => ops.transpose(kernel, [3, 2, 0, 1]);
  return {
    conv: (maps, kernel, bias, { window, filters }) => {
      const [height, width] = mapShape(maps);
      const value = ops.conv(maps.value, filtersFirst(kernel), bias, window);
      return plainTensor(value, [...placesOf([height, width], window), filters]);
    },
    convInputGradient: (gradient, kernel, { window }, input) =>
      plainTensor(
        ops.convTranspose(gradient.value, filtersFirst(kernel), window, {
          outputPadding: unreachedBy(window, input, mapShape(gradient)),
        }),
        input,
      ),
    convKernelGradient: (maps, gradient, filter) => kernelGradient(ops, maps, gradient, filter),
  };
}

function kernelGradient(ops: Operators, maps: Tensor, gradient: Tensor, { window, channels, filters }: Filter): Value {
  const [rows, columns] = mapShape(gradient);
  const { pads, strides, kernel } = window;
  const padded = ops.pad(maps.value, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const seen = windowCells(window).map((from) =>
    ops.slice(padded, [2, 3], {
      from,
      to: [from[0] + strides[0] * (rows - 1) + 1, from[1] + strides[1] * (columns - 1) + 1],
      strides,
    }),
  );
  const columnsSeen = ops.reshape(ops.concat(seen, 1), [-1, seen.length * channels, rows * columns]);
  const perImage = ops.matMulTransposed(columnsSeen, ops.reshape(gradient.value, [-1, filters, rows * columns]));
  return ops.reshape(ops.reduceSum(perImage, [0]), [...kernel, channels, filters]);
}
