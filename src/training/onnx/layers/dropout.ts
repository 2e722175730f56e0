import { z } from 'zod';
import { readConfig, withoutWeights, type Lowering } from '../lowering.ts';
import { isMaps, mapShape, type Tensor } from '../tensor.ts';

const config = z.object({ rate: z.number(), noiseShape: z.null().optional() });

/** Keeps a random part of the values and scales them up by 1 ÷ (1 − rate), so that their expected sum stays. */
export const dropout: Lowering = (node, { ops, maps, inputs: [input], training, dropoutMask }) => {
  const { rate } = readConfig(node, config);
  if (!training || rate === 0) return withoutWeights({ output: input!, backward: (gradient) => gradient });
  const scaled = ops.multiply(ops.cast(dropoutMask(rate), 'float32'), ops.float(1 / (1 - rate)));
  const factors: Tensor = isMaps(input!)
    ? maps.fromChannelsLast(scaled, mapShape(input!))
    : { ...input!, value: scaled };
  const drop = (tensor: Tensor): Tensor => maps.elementwise([tensor, factors], ops.multiply);
  return withoutWeights({ output: drop(input!), backward: drop });
};
