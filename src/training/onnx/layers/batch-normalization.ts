import { z } from 'zod';
import type { Value } from '../graph-builder.ts';
import { readConfig, unsupported, type Lowered, type Lowering, type LoweringContext } from '../lowering.ts';
import type { ModelNode } from '../model-graph.ts';
import { isMaps, type Tensor } from '../tensor.ts';

const config = z.object({
  axis: z.int(),
  momentum: z.number(),
  epsilon: z.number(),
  center: z.boolean(),
  scale: z.boolean(),
  betaConstraint: z.null().optional(),
  gammaConstraint: z.null().optional(),
});
type Config = z.output<typeof config>;

/**
 * Each channel less its mean, over its standard deviation (arXiv 1502.03167): of the batch in training, whose running averages
 * are kept, else those averages. A frozen layer uses the averages in training too, and does not change them.
 */
export const batchNormalization: Lowering = (node, context) => {
  const settings = readConfig(node, config);
  const [input] = context.inputs;
  if (settings.axis !== -1 && settings.axis !== input!.shape.length) {
    throw unsupported(
      node,
      `normalising over axis ${settings.axis} has no ONNX form; only the channels, the last axis`,
    );
  }
  const isFrozen = node.weights.every(({ trainable }) => !trainable);
  return context.training && !isFrozen
    ? ofBatch(node, context, input!, settings)
    : ofAverages(context, input!, settings);
};

function ofAverages({ ops, maps, weight }: LoweringContext, input: Tensor, settings: Config): Lowered {
  const { epsilon, center, scale } = settings;
  const inverse = inverseDeviation(weight('moving_variance'));
  const factor = scale ? ops.multiply(weight('gamma'), inverse) : inverse;
  const shift = ops.negate(ops.multiply(weight('moving_mean'), factor));
  const output = maps.channelAffine(input, factor, center ? ops.add(shift, weight('beta')) : shift);
  return {
    output,
    backward: (gradient, wanted) => ({
      inputs: wanted.inputs ? [maps.channelAffine(gradient, factor, ops.multiply(factor, ops.float(0)))] : [],
      weights: {},
    }),
  };

  function inverseDeviation(variance: Value): Value {
    return ops.divide(ops.float(1), ops.squareRoot(ops.add(variance, ops.float(epsilon))));
  }
}

/**
 * The input is centred first, with a pass of its own: E[x²] − E[x]² loses the digits that small variances are made of. With
 * x̂ = (x − mean) ÷ σ over M values a channel, the gradient to x is γ ÷ σ · (g − Σg ÷ M − x̂ · Σ(g·x̂) ÷ M).
 */
function ofBatch(node: ModelNode, context: LoweringContext, input: Tensor, settings: Config): Lowered {
  const { ops, maps, weight } = context;
  const { momentum, epsilon, center, scale } = settings;
  const share = oneOver(context, input);
  const channels = node.outputShape.at(-1)!;
  const ones = ops.floats(new Array<number>(channels).fill(1));
  const zeros = ops.floats(new Array<number>(channels).fill(0));
  const mean = ops.multiply(maps.channelSums(input), share);
  const centred = maps.channelAffine(input, ones, ops.negate(mean));
  const variance = ops.multiply(maps.channelDots(centred, centred), share);
  const inverse = ops.divide(ops.float(1), ops.squareRoot(ops.add(variance, ops.float(epsilon))));
  const factor = scale ? ops.multiply(weight('gamma'), inverse) : inverse;
  const average = (role: string, now: Value): Value => {
    const before = weight(role);
    return ops.subtract(before, ops.multiply(ops.subtract(before, now), ops.float(1 - momentum)));
  };
  return {
    output: maps.channelAffine(centred, factor, center ? weight('beta') : zeros),
    updates: { moving_mean: average('moving_mean', mean), moving_variance: average('moving_variance', variance) },
    backward: (gradient, wanted) => {
      const sums = maps.channelSums(gradient);
      const dots = ops.multiply(maps.channelDots(gradient, centred), inverse);
      const inputGradient = (): Tensor => {
        const slope = ops.multiply(ops.multiply(ops.multiply(factor, inverse), dots), share);
        const shift = ops.multiply(ops.multiply(factor, sums), share);
        const along = maps.channelAffine(centred, ops.negate(slope), ops.negate(shift));
        const across = maps.channelAffine(gradient, factor, zeros);
        return maps.elementwise([across, along], ops.add);
      };
      return {
        inputs: wanted.inputs ? [inputGradient()] : [],
        weights: {
          ...(scale && wanted.weight('gamma') ? { gamma: dots } : {}),
          ...(center && wanted.weight('beta') ? { beta: sums } : {}),
        },
      };
    },
  };
}

/** One over the number of values a channel has in the batch. */
function oneOver({ ops, batch }: LoweringContext, input: Tensor): Value {
  const places = isMaps(input) ? input.shape[0]! * input.shape[1]! : 1;
  if (batch !== undefined) return ops.float(1 / (batch * places));
  const rows = ops.cast(ops.gather(ops.shapeOf(input.value), ops.integer(0)), 'float32');
  return ops.divide(ops.float(1 / places), rows);
}
