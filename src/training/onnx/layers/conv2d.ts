import { z } from 'zod';
import { ACTIVATION_NAMES, ACTIVATIONS } from '../activations.ts';
import type { Value } from '../graph-builder.ts';
import { plainWeights, readConfig, type Lowering } from '../lowering.ts';
import type { Operators, Window } from '../operators.ts';
import { placeWindow, sizeConfig, windowConfig } from '../window.ts';

const config = z.object({
  ...windowConfig,
  ...plainWeights,
  kernelSize: sizeConfig,
  // TensorFlow.js cannot compute gradients of dilated convolutions either.
  dilationRate: z.union([z.literal(1), z.tuple([z.literal(1)]), z.tuple([z.literal(1), z.literal(1)])]),
  activation: z.enum(ACTIVATION_NAMES),
  useBias: z.boolean(),
});

/** Convolution with a kernel `[height, width, channels, filters]`. */
export const conv2d: Lowering = (node, { ops, inputs: [input], weight }) => {
  const { kernelSize, activation, useBias, ...placing } = readConfig(node, config);
  const [height = 0, width = 0, channels = 0] = node.inputShapes[0]!;
  const [outputHeight = 0, outputWidth = 0, filters = 0] = node.outputShape;
  const window = placeWindow([height, width], kernelSize, placing);
  const kernel = ops.transpose(weight('kernel'), [3, 2, 0, 1]);
  const maps = ops.conv(input!, kernel, useBias ? weight('bias') : undefined, window);
  const { output, backward } = ACTIVATIONS[activation](ops, maps);
  return {
    output,
    backward: (outputGradient, wanted) => {
      const gradient = backward(outputGradient);
      const shape: ConvShape = { height, width, channels, outputHeight, outputWidth, filters };
      return {
        inputs: wanted.inputs ? [inputGradient(ops, gradient, kernel, window, shape)] : [],
        weights: {
          ...(wanted.weight('kernel') ? { kernel: kernelGradient(ops, input!, gradient, window, shape) } : {}),
          ...(useBias && wanted.weight('bias') ? { bias: ops.reduceSum(gradient, [0, 2, 3]) } : {}),
        },
      };
    },
  };
};

type ConvShape = {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly filters: number;
};

function inputGradient(ops: Operators, gradient: Value, kernel: Value, window: Window, shape: ConvShape): Value {
  const { kernel: size, strides, pads } = window;
  const reached = (axis: 0 | 1, places: number): number =>
    strides[axis] * (places - 1) + size[axis] - pads[axis] - pads[axis + 2]!;
  return ops.convTranspose(gradient, kernel, window, [
    shape.height - reached(0, shape.outputHeight),
    shape.width - reached(1, shape.outputWidth),
  ]);
}

/** What each kernel element saw, image by image, times the gradient there: im2col and one matrix product per image. */
function kernelGradient(ops: Operators, input: Value, gradient: Value, window: Window, shape: ConvShape): Value {
  const { kernel, strides, pads } = window;
  const { channels, outputHeight, outputWidth, filters } = shape;
  const padded = ops.padMaps(input, pads);
  const seen = cells(kernel).map((from) => {
    const to = [from[0] + strides[0] * (outputHeight - 1) + 1, from[1] + strides[1] * (outputWidth - 1) + 1] as const;
    return ops.sliceMaps(padded, from, to, strides);
  });
  const places = outputHeight * outputWidth;
  const columns = ops.reshape(ops.concat(seen, 1), [-1, seen.length * channels, places]);
  const rows = ops.reshape(gradient, [-1, filters, places]);
  const perImage = ops.matMulTransposed(columns, rows);
  return ops.reshape(ops.reduceSum(perImage, [0]), [...kernel, channels, filters]);
}

function cells([rows, columns]: readonly [number, number]): (readonly [number, number])[] {
  return Array.from({ length: rows * columns }, (_, index) => [Math.floor(index / columns), index % columns] as const);
}
