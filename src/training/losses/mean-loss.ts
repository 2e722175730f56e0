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
  const { part, isShared } = lossParts(loss, head);
  let sum = 0;
  for (const [row, label] of labels.entries()) {
    let ofRow = 0;
    for (let unit = 0; unit < units; unit += 1) {
      ofRow += part(outputs[row * units + unit]!, units === 1 ? label : Number(unit === label));
    }
    sum += isShared ? ofRow / units : ofRow;
  }
  return labels.length === 0 ? 0 : sum / labels.length;
}

/** What one unit adds to the loss of a sample, and whether that is the mean over the units rather than their sum. */
type LossParts = { readonly part: (value: number, target: number) => number; readonly isShared: boolean };

function lossParts(loss: Loss, head: HeadActivation): LossParts {
  switch (loss.name) {
    case 'cross-entropy':
      return { part: (p, target) => (target === 0 ? 0 : target * surprise(p)), isShared: false };
    case 'binary-cross-entropy':
      return { part: (p, target) => target * surprise(p) + (1 - target) * surprise(1 - p), isShared: true };
    case 'mse':
      return { part: (value, target) => (value - target) ** 2, isShared: true };
    case 'huber':
      return { part: (value, target) => huber(Math.abs(value - target), loss.delta), isShared: true };
    case 'focal': {
      const { alpha, gamma } = loss;
      const eased = (p: number): number => (1 - p) ** gamma * surprise(p);
      if (head !== 'sigmoid') {
        return { part: (p, target) => (target === 0 ? 0 : alpha * target * eased(p)), isShared: false };
      }
      const part = (p: number, target: number): number =>
        alpha * target * eased(p) + (1 - alpha) * (1 - target) * eased(1 - p);
      return { part, isShared: true };
    }
  }
}

function surprise(p: number): number {
  return -Math.log(Math.max(p, SMALLEST_PROBABILITY));
}

function huber(error: number, delta: number): number {
  return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2);
}
