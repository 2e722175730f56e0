import type { LabelKind, Loss } from '../../losses/loss.ts';
import { smoothingOf } from '../../losses/smoothing.ts';
import type { Value } from '../graph-builder.ts';
import type { Operators } from '../operators.ts';

/** Labels as numbers `[N, units]`, smoothed as the loss has it: a class is a row of zeros with a one; with one unit it is 0 or 1. */
export function lowerTargets(
  ops: Operators,
  labels: Value,
  { loss, units, labelled }: { readonly loss: Loss; readonly units: number; readonly labelled: LabelKind },
): Value {
  const { share, towards } = smoothingOf(loss, units);
  const elsewhere = share * towards;
  if (labelled === 'classes' && units > 1) {
    return ops.oneHot(ops.cast(labels, 'int64'), units, elsewhere, 1 - share + elsewhere);
  }
  const numbers = labelled === 'numbers' ? labels : ops.reshape(ops.cast(labels, 'float32'), [-1, 1]);
  return share === 0 ? numbers : ops.add(ops.multiply(numbers, ops.float(1 - share)), ops.float(elsewhere));
}
