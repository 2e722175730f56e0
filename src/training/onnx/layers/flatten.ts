import type { Lowering } from '../lowering.ts';

/** All values of an image in a row, in TensorFlow's order: channels last. */
export const flatten: Lowering = (node, { ops, inputs: [input] }) => {
  const [height = 1, width = 1, channels = 1] = node.inputShapes[0]!;
  const channelsLast = ops.transpose(input!, [0, 2, 3, 1]);
  return {
    output: ops.reshape(channelsLast, [-1, height * width * channels]),
    backward: (gradient) => ({
      inputs: [ops.transpose(ops.reshape(gradient, [-1, height, width, channels]), [0, 3, 1, 2])],
      weights: {},
    }),
  };
};
