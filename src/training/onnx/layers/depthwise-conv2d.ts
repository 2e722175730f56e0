import { z } from 'zod';
import { activate, ACTIVATION_NAMES } from '../activations.ts';
import { plainWeights, readConfig, unsupported, type Lowering } from '../lowering.ts';
import { depthMultiplier } from './depth-multiplier.ts';
import type { Filter } from '../maps/map-operators.ts';
import { mapShape } from '../tensor.ts';
import { placeWindow, sizeConfig, windowConfig } from '../window.ts';

const config = z.object({
  ...windowConfig,
  ...plainWeights,
  depthwiseConstraint: z.null().optional(),
  kernelSize: sizeConfig,
  activation: z.enum(ACTIVATION_NAMES),
  useBias: z.boolean(),
});

/** One filter, or `depthMultiplier` of them, a channel: kernel `[height, width, channels, multiplier]`. */
export const depthwiseConv2d: Lowering = (node, context) => {
  const { maps, weight } = context;
  const input = context.inputs[0]!;
  const { kernelSize, activation, useBias, ...placing } = readConfig(node, config);
  if (placing.dilationRate?.some((rate) => rate > 1)) {
    throw unsupported(
      node,
      'TensorFlow.js leaves its dilation out, so that it would predict something else; use a Conv2D',
    );
  }
  const size = mapShape(input);
  const filter: Filter = {
    window: placeWindow([size[0], size[1]], kernelSize, placing),
    channels: size[2],
    filters: size[2] * depthMultiplier(node),
  };
  const kernel = weight('depthwise_kernel');
  const sums = maps.depthwiseConv(input, kernel, useBias ? weight('bias') : undefined, filter);
  const activated = activate(context, activation, sums);
  return {
    output: activated.output,
    backward: (outputGradient, wanted) => {
      const gradient = activated.backward(outputGradient);
      const wantsKernel = wanted.weight('depthwise_kernel');
      return {
        inputs: wanted.inputs ? [maps.depthwiseInputGradient(gradient, kernel, filter, size)] : [],
        weights: {
          ...(wantsKernel ? { depthwise_kernel: maps.depthwiseKernelGradient(input, gradient, filter) } : {}),
          ...(useBias && wanted.weight('bias') ? { bias: maps.channelSums(gradient) } : {}),
        },
      };
    },
  };
};
