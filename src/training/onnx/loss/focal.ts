import type { Value } from '../graph-builder.ts';
import type { Operators } from '../operators.ts';
import type { LossForm, LossRows, RowLosses } from './loss-form.ts';

type Focal = { readonly gamma: number; readonly alpha: number };

/** The focal loss (Lin et al., arXiv 1708.02002): cross-entropy in which well recognised samples count less. */
export const lowerFocal: LossForm<'focal'> = (ops, rows, loss) =>
  rows.head === 'sigmoid' ? lowerSigmoidFocal(ops, rows, loss) : lowerSoftmaxFocal(ops, rows, loss);

/**
 * The mean over the units of α · target · (1 − p)^γ · −log p + (1 − α) · (1 − target) · p^γ · −log(1 − p), with
 * p = σ(z), −log p = log(1 + e⁻ᶻ) and −log(1 − p) = log(1 + eᶻ).
 */
function lowerSigmoidFocal(ops: Operators, { logits, targets, units }: LossRows, { gamma, alpha }: Focal): RowLosses {
  const one = ops.float(1);
  /** (1 − σ(z))^γ · log(1 + e⁻ᶻ) and its slope: of the part for ones at z, of that for zeros at −z. */
  const part = (z: Value): { loss: Value; slope: Value } => {
    const p = ops.sigmoid(z);
    const missing = ops.sigmoid(ops.negate(z));
    const surprise = ops.softplus(ops.negate(z));
    const factor = ops.power(missing, ops.float(gamma));
    const easing = ops.multiply(ops.multiply(ops.float(gamma), p), surprise);
    return {
      loss: ops.multiply(factor, surprise),
      slope: ops.negate(ops.multiply(factor, ops.add(easing, missing))),
    };
  };
  const ones = part(logits);
  const zeros = part(ops.negate(logits));
  const weightOfOnes = ops.multiply(targets, ops.float(alpha));
  const weightOfZeros = ops.multiply(ops.subtract(one, targets), ops.float(1 - alpha));
  const weighted = (left: Value, right: Value, combine: 'add' | 'subtract'): Value =>
    ops[combine](ops.multiply(weightOfOnes, left), ops.multiply(weightOfZeros, right));
  return {
    perRow: ops.reduceMean(weighted(ones.loss, zeros.loss, 'add'), [1]),
    gradient: ops.divide(weighted(ones.slope, zeros.slope, 'subtract'), ops.float(units)),
  };
}

/**
 * −α Σ target · (1 − p)^γ · log p over the classes, p = softmax(z) (Keras' CategoricalFocalCrossentropy). With
 * h = α · target · (γ (1 − p)^(γ−1) p log p − (1 − p)^γ), p times the slope to p, the gradient is h − p Σ h.
 */
function lowerSoftmaxFocal(ops: Operators, { logits, targets }: LossRows, { gamma, alpha }: Focal): RowLosses {
  const logarithms = ops.logSoftmax(logits);
  const p = ops.exp(logarithms);
  // Where p is 1 a negative power would be infinite, and its product with log p = 0 no number.
  const missing = ops.maximum(ops.subtract(ops.float(1), p), ops.float(SMALLEST));
  const factor = ops.power(missing, ops.float(gamma));
  const weights = ops.multiply(targets, ops.float(alpha));
  const surprise = ops.multiply(p, logarithms);
  const easing = ops.multiply(ops.power(missing, ops.float(gamma - 1)), ops.multiply(ops.float(gamma), surprise));
  const slope = ops.multiply(weights, ops.subtract(easing, factor));
  const sum = ops.reshape(ops.reduceSum(slope, [1]), [-1, 1]);
  return {
    perRow: ops.negate(ops.reduceSum(ops.multiply(weights, ops.multiply(factor, logarithms)), [1])),
    gradient: ops.subtract(slope, ops.multiply(p, sum)),
  };
}

const SMALLEST = 1e-7;
