import type { HeadActivation } from '../../head.ts';
import type { Value } from '../graph-builder.ts';
import type { Operators } from '../operators.ts';

/** What ends a model: its output `[N, units]` from the logits, and the gradient to the logits from the one to the output. */
export function lowerHead(
  ops: Operators,
  logits: Value,
  head: HeadActivation,
): { readonly output: Value; readonly backward: (gradient: Value) => Value } {
  switch (head) {
    case 'linear':
      return { output: logits, backward: (gradient) => gradient };
    case 'sigmoid': {
      const output = ops.sigmoid(logits);
      const slope = () => ops.multiply(output, ops.subtract(ops.float(1), output));
      return { output, backward: (gradient) => ops.multiply(gradient, slope()) };
    }
    case 'softmax': {
      const output = ops.softmax(logits);
      const mean = (gradient: Value) => ops.reshape(ops.reduceSum(ops.multiply(gradient, output), [1]), [-1, 1]);
      return {
        output,
        backward: (gradient) => ops.multiply(output, ops.subtract(gradient, mean(gradient))),
      };
    }
  }
}
