import { z } from 'zod';
import { activate, ACTIVATION_NAMES } from '../activations.ts';
import { plainWeights, readConfig, type Lowering } from '../lowering.ts';
import { depthMultiplier } from './depth-multiplier.ts';
import type { Filter } from '../maps/map-operators.ts';
import { mapShape } from '../tensor.ts';
import { placeWindow, sizeConfig, windowConfig } from '../window.ts';

const config = z.object({
  ...windowConfig,
  ...plainWeights,
  depthwiseConstraint: z.null().optional(),
  pointwiseConstraint: z.null().optional(),
  kernelSize: sizeConfig,
  activation: z.enum(ACTIVATION_NAMES),
  useBias: z.boolean(),
});

/** A depthwise convolution, then a 1×1 convolution that mixes its channels. */
export const separableConv2d: Lowering = (node, context) => {
  const { maps, weight } = context;
  const input = context.inputs[0]!;
  const { kernelSize, activation, useBias, ...placing } = readConfig(node, config);
  const size = mapShape(input);
  const each: Filter = {
    window: placeWindow([size[0], size[1]], kernelSize, placing),
    channels: size[2],
    filters: size[2] * depthMultiplier(node),
  };
  const mixing: Filter = {
    window: { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] },
    channels: each.filters,
    filters: mapShape({ shape: node.outputShape })[2],
  };
  const [depthwise, pointwise] = [weight('depthwise_kernel'), weight('pointwise_kernel')];
  const middle = maps.depthwiseConv(input, depthwise, undefined, each);
  const sums = maps.conv(middle, pointwise, useBias ? weight('bias') : undefined, mixing);
  const activated = activate(context, activation, sums);
  return {
    output: activated.output,
    backward: (outputGradient, wanted) => {
      const gradient = activated.backward(outputGradient);
      const wantsDepthwise = wanted.weight('depthwise_kernel');
      const wantsPointwise = wanted.weight('pointwise_kernel');
      const below = wanted.inputs || wantsDepthwise;
      const ofMiddle = below ? maps.convInputGradient(gradient, pointwise, mixing, mapShape(middle)) : undefined;
      return {
        inputs:
          wanted.inputs && ofMiddle !== undefined ? [maps.depthwiseInputGradient(ofMiddle, depthwise, each, size)] : [],
        weights: {
          ...(wantsDepthwise && ofMiddle !== undefined
            ? { depthwise_kernel: maps.depthwiseKernelGradient(input, ofMiddle, each) }
            : {}),
          ...(wantsPointwise ? { pointwise_kernel: maps.convKernelGradient(middle, gradient, mixing) } : {}),
          ...(useBias && wanted.weight('bias') ? { bias: maps.channelSums(gradient) } : {}),
        },
      };
    },
  };
};
