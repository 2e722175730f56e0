import { z } from 'zod';
import { readConfig, unsupported, withoutWeights, type Lowering, type LoweringContext } from '../lowering.ts';
import { isMaps, mapShape, type Tensor } from '../tensor.ts';

/** All values of a row one after the other, in TensorFlow's order: channels last. */
export const flatten: Lowering = (node, context) => withoutWeights(reshaped(context, node.outputShape));

export const reshape: Lowering = (node, context) => {
  const ranks = [context.inputs[0]!.shape.length, node.outputShape.length];
  if (ranks.some((rank) => rank !== 1 && rank !== 3)) {
    throw unsupported(node, 'only maps [height, width, channels] and [features] have an ONNX form here');
  }
  return withoutWeights(reshaped(context, node.outputShape));
};

function reshaped(context: LoweringContext, shape: readonly number[]) {
  const input = context.inputs[0]!;
  return {
    output: withShape(context, input, shape),
    backward: (gradient: Tensor) => withShape(context, gradient, input.shape),
  };
}

/** The same numbers, in the order of rows `[height, width, channels]`, under another shape. */
function withShape({ ops, maps, batch = -1 }: LoweringContext, tensor: Tensor, shape: readonly number[]): Tensor {
  if (shape.join() === tensor.shape.join()) return tensor;
  const inOrder = isMaps(tensor) ? maps.toChannelsLast(tensor) : tensor.value;
  const value = ops.reshape(inOrder, [batch, ...shape]);
  return isMaps({ shape }) ? maps.fromChannelsLast(value, mapShape({ shape })) : { shape, layout: 'plain', value };
}

const side = z.union([
  z.tuple([z.tuple([z.int(), z.int()]), z.tuple([z.int(), z.int()])]),
  z.tuple([z.int(), z.int()]).transform(([rows, columns]) => [
    [rows, rows],
    [columns, columns],
  ]),
  z.int().transform((size) => [
    [size, size],
    [size, size],
  ]),
]);
const paddingConfig = z.object({ padding: side, dataFormat: z.literal('channelsLast').optional() });

/** Rows and columns of zeros around the maps. */
export const zeroPadding2d: Lowering = (node, { maps, inputs }) => {
  const { padding } = readConfig(node, paddingConfig);
  const [[top = 0, bottom = 0] = [], [left = 0, right = 0] = []] = padding;
  return withoutWeights({
    output: maps.pad(inputs[0]!, [top, left, bottom, right]),
    backward: (gradient) => maps.pad(gradient, [-top, -left, -bottom, -right]),
  });
};

const upsamplingConfig = z.object({
  size: z.tuple([z.int(), z.int()]),
  interpolation: z.literal('nearest').optional(),
  dataFormat: z.literal('channelsLast').optional(),
});

/** Every place becomes a block of places. */
export const upSampling2d: Lowering = (node, { maps, inputs }) =>
  withoutWeights(maps.upsample(inputs[0]!, readConfig(node, upsamplingConfig).size));
