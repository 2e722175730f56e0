import type { LossForm } from './loss-form.ts';

/** −Σ target · log softmax(logit), with the gradient softmax · Σ target − target. */
export const lowerCrossEntropy: LossForm<'cross-entropy'> = (ops, { logits, targets }) => {
  const logarithms = ops.logSoftmax(logits);
  const total = ops.reshape(ops.reduceSum(targets, [1]), [-1, 1]);
  return {
    perRow: ops.negate(ops.reduceSum(ops.multiply(targets, logarithms), [1])),
    gradient: ops.subtract(ops.multiply(ops.exp(logarithms), total), targets),
  };
};
