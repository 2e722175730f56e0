import { z } from 'zod';
import { readConfig, type Lowering } from '../lowering.ts';

const config = z.object({ scale: z.number(), offset: z.number() });

/** `input × scale + offset`. */
export const rescaling: Lowering = (node, { ops, inputs: [input] }) => {
  const { scale, offset } = readConfig(node, config);
  const scaled = ops.multiply(input!, ops.float(scale));
  return {
    output: offset === 0 ? scaled : ops.add(scaled, ops.float(offset)),
    backward: (gradient, wanted) => ({
      inputs: wanted.inputs ? [ops.multiply(gradient, ops.float(scale))] : [],
      weights: {},
    }),
  };
};
