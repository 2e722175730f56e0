import { elementTypeNumber } from './encode-model.ts';
import type { Attributes, ElementType } from './graph.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';

/** Two-dimensional windows of convolutions and pools, all `[height, width]`; pads are `[top, left, bottom, right]`. */
export type Window = {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
};

/**
 * The vocabulary in which layers are written: one function an ONNX operator (https://onnx.ai/onnx/operators), with the
 * constants it needs. All shapes broadcast as in NumPy.
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
  const floats = (values: readonly number[]): Value =>
    once(`floats ${values.join()}`, () =>
      graph.constant({ type: 'float32', shape: [values.length], data: Float32Array.from(values) }),
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
    float,
    floats,
    integer,
    integers,
    cast: (value: Value, type: ElementType) => one(graph, 'Cast', [value], { to: elementTypeNumber(type) }),
    reduceSum: (value: Value, axes: readonly number[]) =>
      one(graph, 'ReduceSum', [value, integers(axes)], { keepdims: 0 }),
    reduceMean: (value: Value, axes: readonly number[]) =>
      one(graph, 'ReduceMean', [value, integers(axes)], { keepdims: 0 }),
    softmax: (value: Value) => one(graph, 'Softmax', [value], { axis: -1 }),
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
    negate: unary('Neg'),
    exp: unary('Exp'),
    squareRoot: unary('Sqrt'),
    relu: unary('Relu'),
    elu: unary('Elu'),
    sigmoid: unary('Sigmoid'),
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
    gather: (value: Value, indices: Value) => one(graph, 'Gather', [value, indices], { axis: 0 }),
    /** Pads the last two axes of a rank-4 value with zeros, `[top, left, bottom, right]`. */
    padMaps: (value: Value, [top, left, bottom, right]: readonly [number, number, number, number]) =>
      top + left + bottom + right === 0
        ? value
        : one(graph, 'Pad', [value, integers([0, 0, top, left, 0, 0, bottom, right])]),
    /** Every `strides`-th row and column from `from` (inclusive) to `to` (exclusive), of the last two axes of rank 4. */
    sliceMaps: (
      value: Value,
      from: readonly [number, number],
      to: readonly [number, number],
      strides: readonly [number, number],
    ) => one(graph, 'Slice', [value, integers(from), integers(to), integers([2, 3]), integers(strides)]),
    zeros: (shape: Value) => one(graph, 'ConstantOfShape', [shape]),
    scatterAdd: (into: Value, indices: Value, updates: Value) =>
      one(graph, 'ScatterElements', [into, indices, updates], { axis: 0, reduction: 'add' }),
  };
}

function windows(graph: GraphBuilder) {
  return {
    conv: (value: Value, kernel: Value, bias: Value | undefined, { strides, pads }: Window) =>
      one(graph, 'Conv', bias === undefined ? [value, kernel] : [value, kernel, bias], { strides, pads }),
    /** The gradient of `conv` to its input. `outputPadding` are rows and columns at the end that no window reached. */
    convTranspose: (
      gradient: Value,
      kernel: Value,
      { strides, pads }: Window,
      outputPadding: readonly [number, number],
    ) => one(graph, 'ConvTranspose', [gradient, kernel], { strides, pads, output_padding: outputPadding }),
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
  };
}

function one(graph: GraphBuilder, operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
  return graph.node(operator, inputs, attributes)[0]!;
}
