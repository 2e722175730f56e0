import { z } from 'zod';
import { readConfig, withoutWeights, type Lowering } from '../lowering.ts';

const config = z.object({ scale: z.number(), offset: z.number() });

/** `input × scale + offset`. */
export const rescaling: Lowering = (node, { ops, maps, inputs: [input] }) => {
  const { scale, offset } = readConfig(node, config);
  return withoutWeights({
    output: maps.elementwise([input!], (value) => {
      const scaled = ops.multiply(value, ops.float(scale));
      return offset === 0 ? scaled : ops.add(scaled, ops.float(offset));
    }),
    backward: (gradient) => maps.elementwise([gradient], (value) => ops.multiply(value, ops.float(scale))),
  });
};
