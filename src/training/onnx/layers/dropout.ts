import { z } from 'zod';
import type { Value } from '../graph-builder.ts';
import { readConfig, type Lowering } from '../lowering.ts';

const config = z.object({ rate: z.number(), noiseShape: z.null().optional() });

/** Keeps a random part of the values and scales them up by 1 ÷ (1 − rate), so that their expected sum stays. */
export const dropout: Lowering = (node, { ops, inputs: [input], training, dropoutMask }) => {
  const { rate } = readConfig(node, config);
  if (!training || rate === 0) {
    return { output: input!, backward: (gradient) => ({ inputs: [gradient], weights: {} }) };
  }
  const mask = dropoutMask(rate);
  const channelsFirst = node.outputShape.length === 3 ? ops.transpose(mask, [0, 3, 1, 2]) : mask;
  const factors = ops.multiply(ops.cast(channelsFirst, 'float32'), ops.float(1 / (1 - rate)));
  const drop = (value: Value): Value => ops.multiply(value, factors);
  return { output: drop(input!), backward: (gradient) => ({ inputs: [drop(gradient)], weights: {} }) };
};
