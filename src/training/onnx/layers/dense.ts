import { z } from 'zod';
import { ACTIVATION_NAMES, ACTIVATIONS } from '../activations.ts';
import { plainWeights, readConfig, unsupported, type Lowering } from '../lowering.ts';

const config = z.object({ ...plainWeights, activation: z.enum(ACTIVATION_NAMES), useBias: z.boolean() });

/** `input · kernel + bias` with a kernel `[inputs, units]`. */
export const dense: Lowering = (node, { ops, inputs: [input], weight }) => {
  const { activation, useBias } = readConfig(node, config);
  if (node.inputShapes[0]!.length !== 1)
    throw unsupported(node, 'a dense layer over maps has no ONNX form; flatten first');
  const kernel = weight('kernel');
  const sums = ops.gemm(input!, kernel, useBias ? { bias: weight('bias') } : {});
  const { output, backward } = ACTIVATIONS[activation](ops, sums);
  return {
    output,
    backward: (outputGradient, wanted) => {
      const gradient = backward(outputGradient);
      return {
        inputs: wanted.inputs ? [ops.gemm(gradient, kernel, { transB: 1 })] : [],
        weights: {
          ...(wanted.weight('kernel') ? { kernel: ops.gemm(input!, gradient, { transA: 1 }) } : {}),
          ...(useBias && wanted.weight('bias') ? { bias: ops.reduceSum(gradient, [0]) } : {}),
        },
      };
    },
  };
};
