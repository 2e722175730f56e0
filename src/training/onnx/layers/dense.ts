import { z } from 'zod';
import { activate, ACTIVATION_NAMES } from '../activations.ts';
import { plainWeights, readConfig, unsupported, type Lowering } from '../lowering.ts';
import type { Tensor } from '../tensor.ts';

const config = z.object({ ...plainWeights, activation: z.enum(ACTIVATION_NAMES), useBias: z.boolean() });

/** `input · kernel + bias` with a kernel `[inputs, units]`. */
export const dense: Lowering = (node, context) => {
  const { ops, weight } = context;
  const input = context.inputs[0]!;
  const { activation, useBias } = readConfig(node, config);
  if (input.shape.length !== 1) throw unsupported(node, 'a dense layer over maps has no ONNX form; flatten first');
  const kernel = weight('kernel');
  const sums: Tensor = {
    shape: node.outputShape,
    layout: 'plain',
    value: ops.gemm(input.value, kernel, useBias ? { bias: weight('bias') } : {}),
  };
  const activated = activate(context, activation, sums);
  return {
    output: activated.output,
    backward: (outputGradient, wanted) => {
      const { value: gradient } = activated.backward(outputGradient);
      return {
        inputs: wanted.inputs ? [{ ...input, value: ops.gemm(gradient, kernel, { transB: 1 }) }] : [],
        weights: {
          ...(wanted.weight('kernel') ? { kernel: ops.gemm(input.value, gradient, { transA: 1 }) } : {}),
          ...(useBias && wanted.weight('bias') ? { bias: ops.reduceSum(gradient, [0]) } : {}),
        },
      };
    },
  };
};
