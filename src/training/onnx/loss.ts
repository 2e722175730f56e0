import type { Value } from './graph-builder.ts';
import type { Operators } from './operators.ts';

/**
 * Mean softmax cross-entropy of logits `[N, classes]` against int32 labels `[N]`, with label smoothing (arXiv 1512.00567
 * §7); its gradient (softmax − target) ÷ N; and the number of rows whose largest logit is the label.
 */
export function lowerLoss(
  ops: Operators,
  logits: Value,
  labels: Value,
  { classes, smoothing }: { readonly classes: number; readonly smoothing: number },
): { loss: Value; correct: Value; gradient: Value } {
  const logarithms = ops.logSoftmax(logits);
  const indices = ops.cast(labels, 'int64');
  const elsewhere = smoothing / classes;
  const targets = ops.oneHot(indices, classes, elsewhere, 1 - smoothing + elsewhere);
  const perImage = ops.reduceSum(ops.multiply(targets, logarithms), [1]);
  const count = ops.cast(ops.gather(ops.shapeOf(labels), ops.integer(0)), 'float32');
  const hits = ops.equal(ops.argMax(logits), indices);
  return {
    loss: ops.negate(ops.reduceMean(perImage, [0])),
    correct: ops.reduceSum(ops.cast(hits, 'int32'), [0]),
    gradient: ops.divide(ops.subtract(ops.exp(logarithms), targets), count),
  };
}
