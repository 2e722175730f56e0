import type { HeadActivation } from '../head.ts';
import type { Loss } from './loss.ts';

/** A wrong certainty costs 16.1, not ∞. */
const SMALLEST_PROBABILITY = 1e-7;

/**
 * The mean over samples of the loss between outputs `[count, units]` and class labels, in double precision, without label smoothing,
 * class weights and penalties: what a model is worth to the loss, whatever helped it to learn.
 */
export function meanLoss(loss: Loss, head: HeadActivation, outputs: Float32Array, labels: Int32Array): number {
  const units = outputs.length / Math.max(labels.length, 1);
  let sum = 0;
  for (const [row, label] of labels.entries()) {
    const output = outputs.subarray(row * units, (row + 1) * units);
    sum += rowLoss(loss, head, output, (unit) => (units === 1 ? label : Number(unit === label)));
  }
  return labels.length === 0 ? 0 : sum / labels.length;
}

function rowLoss(loss: Loss, head: HeadActivation, output: Float32Array, targetOf: (unit: number) => number): number {
  const sumOf = (part: (value: number, target: number) => number): number =>
    output.reduce((sum, value, unit) => sum + part(value, targetOf(unit)), 0);
  switch (loss.name) {
    case 'cross-entropy':
      return sumOf((p, target) => target * surprise(p));
    case 'binary-cross-entropy':
      return sumOf((p, target) => target * surprise(p) + (1 - target) * surprise(1 - p)) / output.length;
    case 'mse':
      return sumOf((value, target) => (value - target) ** 2) / output.length;
    case 'huber':
      return sumOf((value, target) => huber(Math.abs(value - target), loss.delta)) / output.length;
    case 'focal': {
      const eased = (p: number): number => (1 - p) ** loss.gamma * surprise(p);
      if (head !== 'sigmoid') return loss.alpha * sumOf((p, target) => target * eased(p));
      const part = (p: number, target: number): number =>
        loss.alpha * target * eased(p) + (1 - loss.alpha) * (1 - target) * eased(1 - p);
      return sumOf(part) / output.length;
    }
  }
}

function surprise(p: number): number {
  return -Math.log(Math.max(p, SMALLEST_PROBABILITY));
}

function huber(error: number, delta: number): number {
  return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2);
}
