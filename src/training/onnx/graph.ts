/** What an ONNX graph is made of, as plain data. */
export type ElementType = 'float32' | 'uint8' | 'int32' | 'int64' | 'bool';

/** The number, or the name of a size known only when the graph runs. */
export type Dimension = number | string;

/** A number is an integer attribute, `{ float }` a floating-point one. */
export type Attribute = number | readonly number[] | string | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export type ConstantTensor = {
  readonly type: 'float32' | 'int64';
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
};

export type GraphNode = {
  readonly operator: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
};

export type GraphPort = { readonly name: string; readonly type: ElementType; readonly shape: readonly Dimension[] };

export type Graph = {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, ConstantTensor>;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
};
