import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Examples } from '../../core/samples.ts';
import type { HeadActivation } from '../head.ts';
import type { Loss } from '../losses/loss.ts';
import { smoothingOf } from '../losses/smoothing.ts';
import type { TensorFlow } from '../tensorflow.ts';

export type TfjsLossOptions = {
  readonly loss: Loss;
  readonly head: HeadActivation;
  readonly classWeights?: readonly number[] | undefined;
};

/**
 * The losses of onnx/loss in TensorFlow.js, without gradients: automatic differentiation finds them. Logits are `[N, units]`;
 * see there for the formulas.
 */
export function tfjsLoss(
  tf: TensorFlow,
  logits: Tensor2D,
  { labels }: Pick<Examples, 'labels'>,
  { loss, head, classWeights }: TfjsLossOptions,
): Scalar {
  const { core } = tf;
  const perRow = rowLosses(tf, { logits, targets: targetsOf(tf, labels, loss, logits.shape), head }, loss);
  if (classWeights === undefined) return core.mean(perRow);
  const weights = core.gather(core.tensor1d([...classWeights]), core.tensor1d(labels, 'int32'));
  return core.mean(core.mul(perRow, weights));
}

/** How many rows were classified rightly; 0 when labels are no classes. */
export function countCorrect(
  { core }: TensorFlow,
  logits: Tensor2D,
  labels: Int32Array | Float32Array,
  head: HeadActivation,
): number {
  if (labels instanceof Float32Array) return 0;
  const even = head === 'linear' ? 0.5 : 0;
  const predicted = logits.shape[1] === 1 ? core.greater(core.reshape(logits, [-1]), even) : core.argMax(logits, 1);
  const hits = core.equal(core.cast(predicted, 'int32'), core.tensor1d(labels, 'int32'));
  return core.sum(hits).dataSync()[0] ?? 0;
}

function targetsOf(
  { core }: TensorFlow,
  labels: Int32Array | Float32Array,
  loss: Loss,
  [count, units]: readonly [number, number],
): Tensor2D {
  const { share, towards } = smoothingOf(loss, units);
  const numbers =
    labels instanceof Int32Array && units > 1
      ? core.oneHot(core.tensor1d(labels, 'int32'), units, 1, 0, 'float32')
      : core.tensor(Float32Array.from(labels), [count, units]);
  return core.add(core.mul(numbers, 1 - share), share * towards);
}

type Rows = { readonly logits: Tensor2D; readonly targets: Tensor2D; readonly head: HeadActivation };

function rowLosses(tf: TensorFlow, rows: Rows, loss: Loss): Tensor1D {
  const { core } = tf;
  const { logits, targets } = rows;
  switch (loss.name) {
    case 'cross-entropy':
      return core.neg(core.sum(core.mul(targets, core.logSoftmax(logits)), 1));
    case 'binary-cross-entropy':
      return core.mean(core.sub(core.softplus(logits), core.mul(targets, logits)), 1);
    case 'mse':
      return core.mean(core.square(errorsOf(tf, rows)), 1);
    case 'huber': {
      const sizes = core.abs(errorsOf(tf, rows));
      const near = core.minimum(sizes, loss.delta);
      return core.mean(core.add(core.mul(0.5, core.square(near)), core.mul(loss.delta, core.sub(sizes, near))), 1);
    }
    case 'focal':
      return focal(tf, rows, loss);
  }
}

function errorsOf({ core }: TensorFlow, { logits, targets, head }: Rows): Tensor {
  const output = head === 'linear' ? logits : head === 'sigmoid' ? core.sigmoid(logits) : core.softmax(logits);
  return core.sub(output, targets);
}

function focal(
  { core }: TensorFlow,
  { logits, targets, head }: Rows,
  { gamma, alpha }: { readonly gamma: number; readonly alpha: number },
): Tensor1D {
  if (head === 'sigmoid') {
    const part = (z: Tensor): Tensor =>
      core.mul(core.pow(core.sigmoid(core.neg(z)), gamma), core.softplus(core.neg(z)));
    const ones = core.mul(core.mul(targets, alpha), part(logits));
    const zeros = core.mul(core.mul(core.sub(1, targets), 1 - alpha), part(core.neg(logits)));
    return core.mean(core.add(ones, zeros), 1);
  }
  const logarithms = core.logSoftmax(logits);
  const missing = core.maximum(core.sub(1, core.exp(logarithms)), SMALLEST);
  const weighted = core.mul(core.mul(targets, core.pow(missing, gamma)), logarithms);
  return core.mul(core.sum(weighted, 1), -alpha);
}

const SMALLEST = 1e-7;
