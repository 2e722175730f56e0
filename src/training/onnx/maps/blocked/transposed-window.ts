import type { Value } from '../../graph-builder.ts';
import type { Window } from '../../operators.ts';
import { mapShape, type MapShape, type Tensor } from '../../tensor.ts';
import { reachOf } from '../../window.ts';
import { asMemory, blockMaps, fromMemory, type BlockedContext } from './blocked-context.ts';

/**
 * What a convolution with stride 1 must be given so that it computes the gradient to the input of another: the gradients with
 * zeros between them, and pads under which every input place is reached.
 */
export function transposed(
  context: BlockedContext,
  gradient: Tensor,
  { kernel, strides, dilations, pads }: Window,
  input: MapShape,
): { readonly maps: Value; readonly window: Window } {
  const spread = insertZeros(context, gradient, strides);
  const reach = reachOf({ kernel, strides, dilations, pads });
  const size = mapShape(spread);
  const before = [reach[0] - 1 - pads[0], reach[1] - 1 - pads[1]] as const;
  const after = ([0, 1] as const).map((axis) => input[axis] + reach[axis] - 1 - size[axis] - before[axis]) as [
    number,
    number,
  ];
  // Where a stride leaves zeros behind the last gradient that reach beyond the input, they are cut.
  const cut = after.map((pad) => Math.min(pad, 0)) as [number, number];
  const maps = cut.every((pad) => pad === 0) ? spread : padEnd(context, spread, cut);
  return {
    maps: maps.value,
    window: {
      kernel,
      strides: [1, 1],
      dilations,
      pads: [before[0], before[1], Math.max(after[0], 0), Math.max(after[1], 0)],
    },
  };
}

/** Zeros after each row and column, or with negative pads less of them. */
export function padEnd(context: BlockedContext, tensor: Tensor, [rows, columns]: readonly [number, number]): Tensor {
  const [height, width, channels] = mapShape(tensor);
  const value = context.ops.pad(asMemory(context, tensor), [0, 0, 0, 0], [0, rows, columns, 0]);
  return fromMemory(context, value, [height + rows, width + columns, channels]);
}

/** Every place becomes a block of `strides` places, itself and zeros: one Pad, as rows and columns lie in a row. */
function insertZeros(context: BlockedContext, tensor: Tensor, [down, across]: readonly [number, number]): Tensor {
  if (down === 1 && across === 1) return tensor;
  const { ops, block } = context;
  const [height, width, channels] = mapShape(tensor);
  const rows = ops.reshape(tensor.value, [blockMaps(context, tensor) * height, 1, width, block]);
  const spread = ops.pad(rows, [0, 0, 0, 0], [0, down - 1, 0, (across - 1) * block]);
  return fromMemory(context, spread, [height * down, width * across, channels]);
}
