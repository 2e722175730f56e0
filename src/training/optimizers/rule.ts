/**
 * The arithmetic in which optimisers are written: once, for values of an ONNX graph and for tensors of TensorFlow.js. Shapes
 * broadcast as in NumPy.
 */
export interface Arithmetic<Value> {
  /** A constant. */
  float(value: number): Value;
  add(left: Value, right: Value): Value;
  subtract(left: Value, right: Value): Value;
  multiply(left: Value, right: Value): Value;
  divide(left: Value, right: Value): Value;
  squareRoot(value: Value): Value;
}

/**
 * One optimiser: `slots` name what it keeps of every weight from step to step, each of the weight's shape and zero at first;
 * `scalars` are the numbers that are others in every step; `update` is the step.
 */
export interface OptimizerRule<Slot extends string = string, Scalar extends string = string> {
  readonly slots: readonly Slot[];
  /** `step` counts from 1. */
  scalars(learningRate: number, step: number): Readonly<Record<Scalar, number>>;
  update<Value>(
    math: Arithmetic<Value>,
    before: WeightState<Value, Slot>,
    gradient: Value,
    scalars: Readonly<Record<Scalar, Value>>,
  ): WeightState<Value, Slot>;
}

/** A weight and its slots. */
export type WeightState<Value, Slot extends string = string> = {
  readonly weight: Value;
  readonly slots: Readonly<Record<Slot, Value>>;
};

/** `average × share + value × (1 − share)`. */
export function movingAverage<Value>(math: Arithmetic<Value>, average: Value, value: Value, share: number): Value {
  return math.add(math.multiply(average, math.float(share)), math.multiply(value, math.float(1 - share)));
}
