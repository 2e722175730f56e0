import type { LossForm } from './loss-form.ts';

/**
 * The mean over the units of −target · log σ(z) − (1 − target) · log(1 − σ(z)), computed from the logit z as
 * log(1 + eᶻ) − target · z; gradient σ(z) − target.
 */
export const lowerBinaryCrossEntropy: LossForm<'binary-cross-entropy'> = (ops, { logits, targets, units }) => ({
  perRow: ops.reduceMean(ops.subtract(ops.softplus(logits), ops.multiply(targets, logits)), [1]),
  gradient: ops.divide(ops.subtract(ops.sigmoid(logits), targets), ops.float(units)),
});
