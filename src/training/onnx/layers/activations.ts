import { z } from 'zod';
import { activate, activateLeaky, ACTIVATION_NAMES } from '../activations.ts';
import { readConfig, withoutWeights, type Lowering } from '../lowering.ts';

const activationConfig = z.object({ activation: z.enum(ACTIVATION_NAMES) });
const reluConfig = z.object({ maxValue: z.union([z.literal(6), z.null()]).optional() });
const leakyConfig = z.object({ alpha: z.number() });
const eluConfig = z.object({ alpha: z.union([z.literal(1), z.null()]).optional() });
const softmaxConfig = z.object({ axis: z.literal(-1).optional() });

export const activation: Lowering = (node, context) =>
  withoutWeights(activate(context, readConfig(node, activationConfig).activation, context.inputs[0]!));

export const relu: Lowering = (node, context) =>
  withoutWeights(activate(context, readConfig(node, reluConfig).maxValue === 6 ? 'relu6' : 'relu', context.inputs[0]!));

export const leakyRelu: Lowering = (node, context) =>
  withoutWeights(activateLeaky(context, readConfig(node, leakyConfig).alpha, context.inputs[0]!));

export const elu: Lowering = (node, context) => {
  readConfig(node, eluConfig);
  return withoutWeights(activate(context, 'elu', context.inputs[0]!));
};

/** x · relu6(x + 3) ÷ 6 (arXiv 1905.02244); a layer of ours, see layers/hard-swish.ts. */
export const hardSwish: Lowering = (_node, context) =>
  withoutWeights(activate(context, 'hardSwish', context.inputs[0]!));

export const softmax: Lowering = (node, context) => {
  readConfig(node, softmaxConfig);
  return withoutWeights(activate(context, 'softmax', context.inputs[0]!));
};
