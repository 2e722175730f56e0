import type { HeadActivation } from '../../head.ts';
import type { LabelKind, Loss } from '../../losses/loss.ts';
import type { Value } from '../graph-builder.ts';
import type { Operators } from '../operators.ts';
import { lowerBinaryCrossEntropy } from './binary-cross-entropy.ts';
import { lowerCrossEntropy } from './cross-entropy.ts';
import { lowerFocal } from './focal.ts';
import { lowerHuber, lowerSquaredError } from './error-losses.ts';
import type { LossRows, RowLosses } from './loss-form.ts';
import { lowerTargets } from './targets.ts';

export type LossToLower = {
  readonly loss: Loss;
  readonly head: HeadActivation;
  readonly units: number;
  readonly labelled: LabelKind;
  /** By class index; only with classes. */
  readonly classWeights?: readonly number[] | undefined;
};

/**
 * The mean over the rows of each row's loss (times its class's weight), its gradient to the logits, and how many rows whose
 * largest logit is their label (with one unit: whose logit is above zero just when the label is 1; 0 without classes).
 */
export function lowerLoss(
  ops: Operators,
  logits: Value,
  labels: Value,
  lowered: LossToLower,
): { loss: Value; correct: Value; gradient: Value } {
  const { loss, head, units, labelled, classWeights } = lowered;
  const targets = lowerTargets(ops, labels, { loss, units, labelled });
  const { perRow, gradient } = lowerForm(ops, { logits, targets, units, head }, loss);
  const count = ops.cast(ops.gather(ops.shapeOf(labels), ops.integer(0)), 'float32');
  const weights =
    classWeights === undefined ? undefined : ops.gather(ops.floats(classWeights), ops.cast(labels, 'int64'));
  const byRow = (factor: Value): Value => ops.reshape(factor, [-1, 1]);
  return {
    loss: ops.reduceMean(weights === undefined ? perRow : ops.multiply(perRow, weights), [0]),
    correct: labelled === 'classes' ? countHits(ops, logits, labels, lowered) : noHits(ops, perRow),
    gradient: ops.divide(weights === undefined ? gradient : ops.multiply(gradient, byRow(weights)), count),
  };
}

function lowerForm(ops: Operators, rows: LossRows, loss: Loss): RowLosses {
  switch (loss.name) {
    case 'cross-entropy':
      return lowerCrossEntropy(ops, rows, loss);
    case 'binary-cross-entropy':
      return lowerBinaryCrossEntropy(ops, rows, loss);
    case 'mse':
      return lowerSquaredError(ops, rows, loss);
    case 'huber':
      return lowerHuber(ops, rows, loss);
    case 'focal':
      return lowerFocal(ops, rows, loss);
  }
}

function countHits(ops: Operators, logits: Value, labels: Value, { units, head }: LossToLower): Value {
  const even = ops.float(head === 'linear' ? 0.5 : 0);
  const predicted = units === 1 ? ops.cast(ops.greater(ops.reshape(logits, [-1]), even), 'int64') : ops.argMax(logits);
  return ops.reduceSum(ops.cast(ops.equal(predicted, ops.cast(labels, 'int64')), 'int32'), [0]);
}

function noHits(ops: Operators, perRow: Value): Value {
  return ops.cast(ops.multiply(ops.reduceSum(perRow, [0]), ops.float(0)), 'int32');
}
