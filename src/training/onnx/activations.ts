import type { Value } from './graph-builder.ts';
import type { Operators } from './operators.ts';

/** An activation function: its output, and the gradient to its input from the gradient to its output. */
export type Activation = (ops: Operators, input: Value) => ActivatedValue;
type ActivatedValue = { readonly output: Value; readonly backward: (gradient: Value) => Value };

/**
 * The activations that are the same for every element. Gradients are written with the output, so that the input need not
 * be kept: ONNX Runtime then fuses the activation into the convolution before it.
 */
export const ACTIVATIONS = {
  linear: (_ops, input) => ({ output: input, backward: (gradient) => gradient }),
  relu: (ops, input) => {
    const output = ops.relu(input);
    const open = () => ops.cast(ops.greater(output, ops.float(0)), 'float32');
    return { output, backward: (gradient) => ops.multiply(gradient, open()) };
  },
  relu6: (ops, input) => {
    const output = ops.minimum(ops.relu(input), ops.float(6));
    const open = () =>
      ops.multiply(
        ops.cast(ops.greater(output, ops.float(0)), 'float32'),
        ops.cast(ops.less(output, ops.float(6)), 'float32'),
      );
    return { output, backward: (gradient) => ops.multiply(gradient, open()) };
  },
  elu: (ops, input) => {
    const output = ops.elu(input);
    const slope = () => ops.add(ops.minimum(output, ops.float(0)), ops.float(1));
    return { output, backward: (gradient) => ops.multiply(gradient, slope()) };
  },
  sigmoid: (ops, input) => {
    const output = ops.sigmoid(input);
    const slope = () => ops.multiply(output, ops.subtract(ops.float(1), output));
    return { output, backward: (gradient) => ops.multiply(gradient, slope()) };
  },
  tanh: (ops, input) => {
    const output = ops.tanh(input);
    const slope = () => ops.subtract(ops.float(1), ops.multiply(output, output));
    return { output, backward: (gradient) => ops.multiply(gradient, slope()) };
  },
} as const satisfies Readonly<Record<string, Activation>>;

export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as readonly ActivationName[] as [
  ActivationName,
  ...ActivationName[],
];
export type ActivationName = keyof typeof ACTIVATIONS;
