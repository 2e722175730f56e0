import { z } from 'zod';
import { readConfig, unsupported, type Lowering, type LoweringContext } from '../lowering.ts';
import type { MapAxis } from '../maps/map-operators.ts';
import { isMaps, type Tensor } from '../tensor.ts';

/** The sum of tensors; one place stands for all. */
export const add: Lowering = (node, context) => {
  const { ops, maps, inputs } = context;
  requireSameRank(node, inputs);
  return {
    output: maps.elementwise(inputs, (...values) => values.reduce(ops.add)),
    backward: (gradient, wanted) => ({
      inputs: wanted.inputs ? inputs.map((input) => fitted(context, gradient, input)) : [],
      weights: {},
    }),
  };
};

/** The product of tensors; one place stands for all. */
export const multiply: Lowering = (node, context) => {
  const { ops, maps, inputs } = context;
  requireSameRank(node, inputs);
  return {
    output: maps.elementwise(inputs, (...values) => values.reduce(ops.multiply)),
    backward: (gradient, wanted) => ({
      inputs: wanted.inputs
        ? inputs.map((input, index) => {
            const others = inputs.filter((_, other) => other !== index);
            const product = maps.elementwise([gradient, ...others], (...values) => values.reduce(ops.multiply));
            return fitted(context, product, input);
          })
        : [],
      weights: {},
    }),
  };
};

const concatenateConfig = z.object({ axis: z.int() });

/** Tensors one after the other along an axis. */
export const concatenate: Lowering = (node, context) => {
  const { ops, maps, inputs } = context;
  const rank = inputs[0]!.shape.length;
  const { axis } = readConfig(node, concatenateConfig);
  const axisOfRow = axis < 0 ? axis + rank : axis - 1;
  const sizes = inputs.map(({ shape }) => shape[axisOfRow]!);
  if (rank === 1) {
    return {
      output: {
        ...inputs[0]!,
        shape: node.outputShape,
        value: ops.concat(
          inputs.map(({ value }) => value),
          1,
        ),
      },
      backward: ({ value }, wanted) => ({
        inputs: wanted.inputs
          ? ops.split(value, sizes, 1).map((part, index) => ({ ...inputs[index]!, value: part }))
          : [],
        weights: {},
      }),
    };
  }
  const name = (['height', 'width', 'channels'] as const)[axisOfRow] satisfies MapAxis | undefined;
  if (rank !== 3 || name === undefined) throw unsupported(node, `joining along axis ${axis} has no ONNX form`);
  return {
    output: maps.concat(inputs, name),
    backward: (gradient, wanted) => ({
      inputs: wanted.inputs ? maps.split(gradient, sizes, name) : [],
      weights: {},
    }),
  };
};

/** A gradient over the places of an input: where one place stood for all, their sum. */
function fitted({ maps }: LoweringContext, gradient: Tensor, input: Tensor): Tensor {
  return gradient.shape.join() === input.shape.join() ? gradient : maps.sumPlaces(gradient);
}

function requireSameRank(node: Parameters<Lowering>[0], inputs: readonly Tensor[]): void {
  const [height = 1, width = 1] = node.outputShape;
  const channels = node.outputShape.at(-1);
  const fits = ({ shape }: Tensor): boolean =>
    shape.join() === node.outputShape.join() ||
    (isMaps({ shape }) && shape.join() === [1, 1, channels].join() && height * width > 0);
  if (inputs.every(fits)) return;
  const shapes = inputs.map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
  throw unsupported(
    node,
    `tensors of ${shapes} have no ONNX form together; equal shapes, or one place [1, 1, channels]`,
  );
}
