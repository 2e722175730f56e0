import { z } from 'zod';
import { activate, ACTIVATION_NAMES } from '../activations.ts';
import { plainWeights, readConfig, type Lowering } from '../lowering.ts';
import type { Filter } from '../maps/map-operators.ts';
import { mapShape } from '../tensor.ts';
import { placeWindow, sizeConfig, windowConfig } from '../window.ts';

const config = z.object({
  ...windowConfig,
  ...plainWeights,
  kernelSize: sizeConfig,
  activation: z.enum(ACTIVATION_NAMES),
  useBias: z.boolean(),
});

/** Convolution with a kernel `[height, width, channels, filters]`. */
export const conv2d: Lowering = (node, context) => {
  const { maps, weight } = context;
  const input = context.inputs[0]!;
  const { kernelSize, activation, useBias, ...placing } = readConfig(node, config);
  const size = mapShape(input);
  const filter: Filter = {
    window: placeWindow([size[0], size[1]], kernelSize, placing),
    channels: size[2],
    filters: mapShape({ shape: node.outputShape })[2],
  };
  const kernel = weight('kernel');
  const sums = maps.conv(input, kernel, useBias ? weight('bias') : undefined, filter);
  const activated = activate(context, activation, sums);
  return {
    output: activated.output,
    backward: (outputGradient, wanted) => {
      const gradient = activated.backward(outputGradient);
      return {
        inputs: wanted.inputs ? [maps.convInputGradient(gradient, kernel, filter, size)] : [],
        weights: {
          ...(wanted.weight('kernel') ? { kernel: maps.convKernelGradient(input, gradient, filter) } : {}),
          ...(useBias && wanted.weight('bias') ? { bias: maps.channelSums(gradient) } : {}),
        },
      };
    },
  };
};
