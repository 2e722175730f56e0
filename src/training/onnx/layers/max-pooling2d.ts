import { z } from 'zod';
import type { Value } from '../graph-builder.ts';
import { readConfig, type Lowering } from '../lowering.ts';
import type { Operators, Window } from '../operators.ts';
import { placeWindow, sizeConfig, windowConfig } from '../window.ts';

const config = z.object({ ...windowConfig, poolSize: sizeConfig });

/** The largest value of each window; its gradient goes to where that value was, the first of equals. */
export const maxPooling2d: Lowering = (node, { ops, inputs: [input], training }) => {
  const { poolSize, ...placing } = readConfig(node, config);
  const [height = 0, width = 0] = node.inputShapes[0]!;
  const window = placeWindow([height, width], poolSize, placing);
  const [output, indices] = training
    ? ops.maxPoolWithIndices(input!, window)
    : [ops.maxPool(input!, window), undefined];
  return {
    output,
    backward: (gradient, wanted) => ({
      inputs: wanted.inputs ? [scatter(ops, gradient, indices!, input!, window)] : [],
      weights: {},
    }),
  };
};

function scatter(ops: Operators, gradient: Value, indices: Value, input: Value, window: Window): Value {
  const shape = ops.shapeOf(input);
  const overlapping = window.kernel.some((size, axis) => size > window.strides[axis]!);
  if (!overlapping) return ops.maxUnpool(gradient, indices, shape, window);
  const flat = ops.scatterAdd(
    ops.reshape(ops.zeros(shape), [-1]),
    ops.reshape(indices, [-1]),
    ops.reshape(gradient, [-1]),
  );
  return ops.reshapeLike(flat, shape);
}
