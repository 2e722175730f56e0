import { lowerHead } from './lower-head.ts';
import type { LossForm } from './loss-form.ts';

/** The mean over the units of (output − target)². */
export const lowerSquaredError: LossForm<'mse'> = (ops, { logits, targets, units, head }) => {
  const { output, backward } = lowerHead(ops, logits, head);
  const error = ops.subtract(output, targets);
  return {
    perRow: ops.reduceMean(ops.multiply(error, error), [1]),
    gradient: backward(ops.multiply(error, ops.float(2 / units))),
  };
};

/**
 * Huber's loss (Annals of Mathematical Statistics 35, 1964), mean over the units: ½ error² up to |error| = δ, then
 * δ · (|error| − ½ δ). With the error clipped to ±δ, which is the gradient, both are clipped · (error − ½ clipped).
 */
export const lowerHuber: LossForm<'huber'> = (ops, { logits, targets, units, head }, { delta }) => {
  const { output, backward } = lowerHead(ops, logits, head);
  const error = ops.subtract(output, targets);
  const clipped = ops.minimum(ops.maximum(error, ops.float(-delta)), ops.float(delta));
  const half = ops.multiply(clipped, ops.float(0.5));
  return {
    perRow: ops.reduceMean(ops.multiply(clipped, ops.subtract(error, half)), [1]),
    gradient: backward(ops.divide(clipped, ops.float(units))),
  };
};
