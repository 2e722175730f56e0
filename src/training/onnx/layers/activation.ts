import { z } from 'zod';
import { ACTIVATION_NAMES, ACTIVATIONS, type ActivationName } from '../activations.ts';
import { readConfig, type Lowering } from '../lowering.ts';

const activationConfig = z.object({ activation: z.enum(ACTIVATION_NAMES) });
const reluConfig = z.object({ maxValue: z.union([z.literal(6), z.null()]).optional() });

export const activation: Lowering = (node, context) => lower(readConfig(node, activationConfig).activation, context);

export const relu: Lowering = (node, context) =>
  lower(readConfig(node, reluConfig).maxValue === 6 ? 'relu6' : 'relu', context);

function lower(name: ActivationName, { ops, inputs: [input] }: Parameters<Lowering>[1]): ReturnType<Lowering> {
  const { output, backward } = ACTIVATIONS[name](ops, input!);
  return { output, backward: (gradient) => ({ inputs: [backward(gradient)], weights: {} }) };
}
