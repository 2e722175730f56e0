import { elementTypeNumber } from './encode-model.ts';
import type { Attributes, ElementType } from './graph.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';

/** Two-dimensional windows of convolutions and pools, all `[height, width]`. */
export type Window = {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: Pads;
};

/** Rows and columns beyond the edges: `[top, left, bottom, right]`. */
export type Pads = readonly [number, number, number, number];

/**
 * The vocabulary for values of any rank: one function an ONNX operator (https://onnx.ai/onnx/operators), with the constants
 * it needs. All shapes broadcast as in NumPy. What depends on how maps lie in memory is in `maps/`.
 */
export type Operators = ReturnType<typeof createOperators>;

/** The vocabulary over one graph. */
export function createOperators(graph: GraphBuilder) {
  const known = new Map<string, Value>();
  const unary = (operator: string) => (value: Value) => one(graph, operator, [value]);
  const binary = (operator: string) => (left: Value, right: Value) => one(graph, operator, [left, right]);

  /** A constant, made once for all its uses. */
  const once = (key: string, make: () => Value): Value => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
  const float = (value: number): Value =>
    once(`float ${value}`, () => graph.constant({ type: 'float32', shape: [], data: Float32Array.of(value) }));
  const floats = (values: readonly number[], shape: readonly number[] = [values.length]): Value =>
    once(`floats ${shape.join()}: ${values.join()}`, () =>
      graph.constant({ type: 'float32', shape, data: Float32Array.from(values) }),
    );
  const integers = (values: readonly number[]): Value =>
    once(`integers ${values.join()}`, () =>
      graph.constant({ type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) }),
    );
  const integer = (value: number): Value =>
    once(`integer ${value}`, () => graph.constant({ type: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) }));

  return {
    ...arithmetic(unary, binary),
    ...shaping(graph, integers),
    ...windows(graph),
    ...reductions(graph, integers),
    float,
    floats,
    integer,
    integers,
    cast: (value: Value, type: ElementType) => one(graph, 'Cast', [value], { to: elementTypeNumber(type) }),
    elu: (value: Value) => one(graph, 'Elu', [value]),
    leakyRelu: (value: Value, slope: number) => one(graph, 'LeakyRelu', [value], { alpha: { float: slope } }),
    softmax: (value: Value, axis = -1) => one(graph, 'Softmax', [value], { axis }),
    /** max(0, min(1, slope × value)). */
    ramp: (value: Value, slope: number) =>
      one(graph, 'HardSigmoid', [value], { alpha: { float: slope }, beta: { float: 0 } }),
    clip: (value: Value, least: number, most: number) => one(graph, 'Clip', [value, float(least), float(most)]),
    logSoftmax: (value: Value) => one(graph, 'LogSoftmax', [value], { axis: -1 }),
    argMax: (value: Value) => one(graph, 'ArgMax', [value], { axis: -1, keepdims: 0 }),
    /** Rows of `depth` numbers: `on` at the index, `off` elsewhere. */
    oneHot: (indices: Value, depth: number, off: number, on: number) =>
      one(graph, 'OneHot', [indices, integer(depth), floats([off, on])], { axis: -1 }),
    /** `left · right` of matrices, either transposed first; plus `bias` if given. */
    gemm: (left: Value, right: Value, { transA = 0, transB = 0, bias }: GemmOptions = {}) =>
      one(graph, 'Gemm', bias === undefined ? [left, right] : [left, right, bias], { transA, transB }),
    /** `left · rightᵀ` of the last two axes, batch by batch; ONNX Runtime's own operator, without a copy for the transpose. */
    matMulTransposed: (left: Value, right: Value) =>
      graph.node('FusedMatMul', [left, right], { transB: 1 }, { domain: 'com.microsoft' })[0]!,
    /** `leftᵀ · right` of the last two axes. */
    transposedMatMul: (left: Value, right: Value) =>
      graph.node('FusedMatMul', [left, right], { transA: 1 }, { domain: 'com.microsoft' })[0]!,
  };
}

type GemmOptions = { readonly transA?: 0 | 1; readonly transB?: 0 | 1; readonly bias?: Value };

function arithmetic(
  unary: (operator: string) => (value: Value) => Value,
  binary: (operator: string) => (left: Value, right: Value) => Value,
) {
  return {
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Mul'),
    divide: binary('Div'),
    minimum: binary('Min'),
    maximum: binary('Max'),
    equal: binary('Equal'),
    greater: binary('Greater'),
    less: binary('Less'),
    power: binary('Pow'),
    negate: unary('Neg'),
    absolute: unary('Abs'),
    exp: unary('Exp'),
    squareRoot: unary('Sqrt'),
    relu: unary('Relu'),
    sigmoid: unary('Sigmoid'),
    sign: unary('Sign'),
    softplus: unary('Softplus'),
    tanh: unary('Tanh'),
    shapeOf: unary('Shape'),
  };
}

function shaping(graph: GraphBuilder, integers: (values: readonly number[]) => Value) {
  return {
    transpose: (value: Value, axes: readonly number[]) => one(graph, 'Transpose', [value], { perm: axes }),
    /** One size may be -1: the rest. */
    reshape: (value: Value, shape: readonly number[]) => one(graph, 'Reshape', [value, integers(shape)]),
    reshapeLike: (value: Value, shape: Value) => one(graph, 'Reshape', [value, shape]),
    concat: (values: readonly Value[], axis: number) =>
      values.length === 1 ? values[0]! : one(graph, 'Concat', values, { axis }),
    gather: (value: Value, indices: Value, axis = 0) => one(graph, 'Gather', [value, indices], { axis }),
    /** Zeros (or `filler`) before and after each axis. */
    pad: (value: Value, before: readonly number[], after: readonly number[], filler?: Value) =>
      [...before, ...after].every((size) => size === 0)
        ? value
        : one(graph, 'Pad', [value, integers([...before, ...after]), ...(filler === undefined ? [] : [filler])]),
    /** Every `strides`-th element from `from` (inclusive) to `to` (exclusive) of these axes. */
    slice: (value: Value, axes: readonly number[], { from, to, strides }: Range) =>
      one(graph, 'Slice', [
        value,
        integers(from),
        integers(to),
        integers(axes),
        ...(strides === undefined ? [] : [integers(strides)]),
      ]),
    split: (value: Value, sizes: readonly number[], axis: number): Value[] =>
      graph.node('Split', [value, integers(sizes)], { axis }, { outputs: sizes.length }),
    expand: (value: Value, shape: Value) => one(graph, 'Expand', [value, shape]),
    zeros: (shape: Value) => one(graph, 'ConstantOfShape', [shape]),
    scatterAdd: (into: Value, indices: Value, updates: Value) =>
      one(graph, 'ScatterElements', [into, indices, updates], { axis: 0, reduction: 'add' }),
  };
}

function reductions(graph: GraphBuilder, integers: (values: readonly number[]) => Value) {
  return {
    reduceSum: (value: Value, axes: readonly number[]) =>
      one(graph, 'ReduceSum', [value, integers(axes)], { keepdims: 0 }),
    reduceMean: (value: Value, axes: readonly number[]) =>
      one(graph, 'ReduceMean', [value, integers(axes)], { keepdims: 0 }),
    reduceSumSquare: (value: Value, axes: readonly number[]) =>
      one(graph, 'ReduceSumSquare', [value, integers(axes)], { keepdims: 0 }),
    reduceSumKeeping: (value: Value, axes: readonly number[]) =>
      one(graph, 'ReduceSum', [value, integers(axes)], { keepdims: 1 }),
  };
}

function windows(graph: GraphBuilder) {
  return {
    conv: (value: Value, kernel: Value, bias: Value | undefined, { strides, pads, dilations }: Window, group = 1) =>
      one(graph, 'Conv', bias === undefined ? [value, kernel] : [value, kernel, bias], {
        ...{ strides, pads, dilations, group },
      }),
    /** The gradient of `conv` to its input. `outputPadding` are rows and columns at the end that no window reached. */
    convTranspose: (
      gradient: Value,
      kernel: Value,
      { strides, pads, dilations }: Window,
      { outputPadding, group = 1 }: { readonly outputPadding: readonly [number, number]; readonly group?: number },
    ) =>
      one(graph, 'ConvTranspose', [gradient, kernel], {
        ...{ strides, pads, dilations, group, output_padding: outputPadding },
      }),
    maxPool: (value: Value, { kernel, strides, pads }: Window) =>
      one(graph, 'MaxPool', [value], { kernel_shape: kernel, strides, pads }),
    /** Also where each maximum was, as an index into the whole flattened input. */
    maxPoolWithIndices: (value: Value, { kernel, strides, pads }: Window): [Value, Value] => {
      const [maxima, indices] = graph.node('MaxPool', [value], { kernel_shape: kernel, strides, pads }, { outputs: 2 });
      return [maxima!, indices!];
    },
    /** Puts each value at its index in zeros of that shape; indices must differ. */
    maxUnpool: (values: Value, indices: Value, shape: Value, { kernel, strides, pads }: Window) =>
      one(graph, 'MaxUnpool', [values, indices, shape], { kernel_shape: kernel, strides, pads }),
    /** Means over the part of each window that lies inside. */
    averagePool: (value: Value, { kernel, strides, pads }: Window) =>
      one(graph, 'AveragePool', [value], { kernel_shape: kernel, strides, pads }),
    globalAveragePool: (value: Value) => one(graph, 'GlobalAveragePool', [value]),
    globalMaxPool: (value: Value) => one(graph, 'GlobalMaxPool', [value]),
    /** `value × scale + shift`, channel by channel; as ONNX writes it: `scale × (value − 0) ÷ √(1 + 0) + shift`. */
    channelAffine: (value: Value, scale: Value, shift: Value, zeros: Value, ones: Value) =>
      one(graph, 'BatchNormalization', [value, scale, shift, zeros, ones], { epsilon: { float: 0 } }),
    /** Each place becomes a block of `scales` equal places. */
    repeatPlaces: (value: Value, scales: Value) =>
      graph.node('Resize', [value, '' as Value, scales], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      })[0]!,
  };
}

type Range = { readonly from: readonly number[]; readonly to: readonly number[]; readonly strides?: readonly number[] };

function one(graph: GraphBuilder, operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
  return graph.node(operator, inputs, attributes)[0]!;
}
