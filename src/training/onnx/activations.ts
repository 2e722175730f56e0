import type { Value } from './graph-builder.ts';
import type { Differentiable, MapOperators } from './maps/map-operators.ts';
import type { Operators } from './operators.ts';
import { isMaps, type Tensor } from './tensor.ts';

/** An activation function that is the same for every element. */
type Activation = {
  readonly apply: (ops: Operators, input: Value) => Value;
  /** The gradient to the input. Where it can it uses the output, so that the input need not be kept. */
  readonly gradient: (ops: Operators, at: { gradient: Value; input: Value; output: Value }) => Value;
};

/** So steep that a ramp is a step: 0 up to 0, 1 above. */
const STEEP = 2 ** 100;

const ELEMENTWISE = {
  linear: { apply: (_ops, input) => input, gradient: (_ops, { gradient }) => gradient },
  relu: {
    apply: (ops, input) => ops.relu(input),
    gradient: (ops, { gradient, output }) => ops.multiply(gradient, ops.ramp(output, STEEP)),
  },
  relu6: {
    apply: (ops, input) => ops.clip(input, 0, 6),
    gradient: (ops, { gradient, output }) => {
      // 0 < output < 6, in steps that ONNX Runtime does in place: STEEP × (3 − |output − 3|).
      const inside = ops.subtract(ops.float(3), ops.absolute(ops.subtract(output, ops.float(3))));
      return ops.multiply(gradient, ops.ramp(inside, STEEP));
    },
  },
  elu: {
    apply: (ops, input) => ops.elu(input),
    // Above zero 1, below it eˣ = output + 1.
    gradient: (ops, { gradient, output }) =>
      ops.multiply(gradient, ops.add(ops.minimum(output, ops.float(0)), ops.float(1))),
  },
  sigmoid: {
    apply: (ops, input) => ops.sigmoid(input),
    gradient: (ops, { gradient, output }) =>
      ops.multiply(gradient, ops.multiply(output, ops.subtract(ops.float(1), output))),
  },
  tanh: {
    apply: (ops, input) => ops.tanh(input),
    gradient: (ops, { gradient, output }) =>
      ops.multiply(gradient, ops.subtract(ops.float(1), ops.multiply(output, output))),
  },
  swish: {
    apply: (ops, input) => ops.multiply(input, ops.sigmoid(input)),
    gradient: (ops, { gradient, input, output }) => {
      const sigmoid = ops.sigmoid(input);
      const rest = ops.multiply(output, ops.subtract(ops.float(1), sigmoid));
      return ops.multiply(gradient, ops.add(sigmoid, rest));
    },
  },
  hardSwish: {
    apply: (ops, input) => ops.multiply(input, hardSigmoid(ops, input)),
    gradient: (ops, { gradient, input }) => {
      const inside = ops.subtract(ops.float(3), ops.absolute(input));
      const slope = ops.multiply(ops.ramp(inside, STEEP), ops.multiply(input, ops.float(1 / 6)));
      return ops.multiply(gradient, ops.add(hardSigmoid(ops, input), slope));
    },
  },
} as const satisfies Readonly<Record<string, Activation>>;

/** relu6(x + 3) ÷ 6 (arXiv 1905.02244). */
function hardSigmoid(ops: Operators, input: Value): Value {
  return ops.multiply(ops.clip(ops.add(input, ops.float(3)), 0, 6), ops.float(1 / 6));
}

function leaky(slope: number): Activation {
  return {
    apply: (ops, input) => ops.leakyRelu(input, slope),
    gradient: (ops, { gradient, output }) => {
      const open = ops.multiply(ops.ramp(output, STEEP), ops.float(1 - slope));
      return ops.multiply(gradient, ops.add(open, ops.float(slope)));
    },
  };
}

const ELEMENTWISE_NAMES = Object.keys(ELEMENTWISE) as readonly (keyof typeof ELEMENTWISE)[];
export type ActivationName = keyof typeof ELEMENTWISE | 'softmax';
export const ACTIVATION_NAMES = ['softmax', ...ELEMENTWISE_NAMES] as const satisfies readonly ActivationName[];

type Context = { readonly ops: Operators; readonly maps: MapOperators };

/** Applies the activation of that name. Softmax goes over the channels of each place. */
export function activate(context: Context, name: ActivationName, input: Tensor): Differentiable {
  if (name === 'linear') return { output: input, backward: (gradient) => gradient };
  if (name === 'softmax') return softmax(context, input);
  if (name === 'relu') return relu(context, input);
  return elementwise(context, ELEMENTWISE[name], input);
}

/** A LeakyReLU of any slope. */
export function activateLeaky(context: Context, slope: number, input: Tensor): Differentiable {
  return elementwise(context, leaky(slope), input);
}

function elementwise({ ops, maps }: Context, activation: Activation, input: Tensor): Differentiable {
  const output = maps.elementwise([input], (value) => activation.apply(ops, value));
  return {
    output,
    backward: (gradient) =>
      maps.elementwise([gradient, input, output], (ofOutput, inputValue, outputValue) =>
        activation.gradient(ops, { gradient: ofOutput, input: inputValue, output: outputValue }),
      ),
  };
}

function relu(context: Context, input: Tensor): Differentiable {
  const { ops, maps } = context;
  const output = { ...maps.elementwise([input], (value) => ops.relu(value)), rectified: true } as const;
  return {
    output,
    backward: (gradient) =>
      gradient.masked === true
        ? gradient
        : maps.elementwise([gradient, output], (ofOutput, outputValue) =>
            ELEMENTWISE.relu.gradient(ops, { gradient: ofOutput, input: outputValue, output: outputValue }),
          ),
  };
}

function softmax({ ops, maps }: Context, input: Tensor): Differentiable {
  const axis = isMaps(input) ? 1 : -1;
  const plain = isMaps(input) ? maps.toPlain(input) : input;
  const output: Tensor = { shape: input.shape, layout: 'plain', value: ops.softmax(plain.value, axis) };
  return {
    output,
    backward: (gradient) => {
      const ofOutput = isMaps(gradient) ? maps.toPlain(gradient) : gradient;
      const weighted = ops.multiply(ofOutput.value, output.value);
      const sums = ops.reduceSumKeeping(weighted, [axis]);
      return { ...output, value: ops.subtract(weighted, ops.multiply(output.value, sums)) };
    },
  };
}
