import type { Attribute, ConstantTensor, Dimension, ElementType, Graph, GraphNode, GraphPort } from './graph.ts';
import {
  bytesField,
  floatField,
  messageField,
  stringField,
  varintField,
  varintsField,
  type Field,
} from './protobuf.ts';

/** Version 18 is the first whose ReduceSum, ReduceMean … take their axes as an input. */
const OPSET_VERSION = 18;
const EXTENSION_OPSET_VERSION = 1;
const IR_VERSION = 8;

/**
 * The bytes of an ONNX file. Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 * `metadata` is readable by any ONNX tool as `metadata_props`.
 */
export function encodeModel(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return Buffer.concat([
    varintField(1, IR_VERSION),
    stringField(2, 'mlflow-ts'),
    messageField(7, encodeGraph(graph)),
    messageField(8, [stringField(1, ''), varintField(2, OPSET_VERSION)]),
    ...extensions(graph).map((domain) =>
      messageField(8, [stringField(1, domain), varintField(2, EXTENSION_OPSET_VERSION)]),
    ),
    ...encodeMetadata(metadata),
  ]);
}

/** ONNX Runtime's own operators, where there are some. */
function extensions({ nodes }: Graph): string[] {
  return [...new Set(nodes.map(({ domain }) => domain))].filter((domain) => domain !== '');
}

/** The fields of a model that hold its `metadata_props`. */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Field[] {
  return Object.entries(metadata).map(([key, value]) => messageField(14, [stringField(1, key), stringField(2, value)]));
}

function encodeGraph({ name, nodes, constants, inputs, outputs }: Graph): Field[] {
  return [
    ...nodes.map((node) => messageField(1, encodeNode(node))),
    stringField(2, name),
    ...[...constants].map(([constantName, tensor]) => messageField(5, encodeTensor(constantName, tensor))),
    ...inputs.map((port) => messageField(11, encodePort(port))),
    ...outputs.map((port) => messageField(12, encodePort(port))),
  ];
}

function encodeNode({ operator, domain, name, inputs, outputs, attributes }: GraphNode): Field[] {
  return [
    ...inputs.map((input) => stringField(1, input)),
    ...outputs.map((output) => stringField(2, output)),
    stringField(3, name),
    stringField(4, operator),
    ...Object.entries(attributes).map(([key, value]) =>
      messageField(5, [stringField(1, key), ...encodeAttribute(value)]),
    ),
    stringField(7, domain),
  ];
}

const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

function encodeAttribute(value: Attribute): Field[] {
  if (typeof value === 'number') return [varintField(3, value), varintField(20, ATTRIBUTE_TYPE.int)];
  if (typeof value === 'string') return [stringField(4, value), varintField(20, ATTRIBUTE_TYPE.string)];
  if ('float' in value) return [floatField(2, value.float), varintField(20, ATTRIBUTE_TYPE.float)];
  return [varintsField(8, value), varintField(20, ATTRIBUTE_TYPE.ints)];
}

const ELEMENT_TYPE: Readonly<Record<ElementType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

/** The number by which ONNX names an element type, for Cast. */
export function elementTypeNumber(type: ElementType): number {
  return ELEMENT_TYPE[type];
}

/** The fields of a tensor with that name. */
export function encodeTensor(name: string, { type, shape, data }: ConstantTensor): Field[] {
  return [
    varintsField(1, shape),
    varintField(2, ELEMENT_TYPE[type]),
    stringField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** The fields of an input or output of a graph. */
export function encodePort({ name, type, shape }: GraphPort): Field[] {
  const dimensions = shape.map((dimension) => messageField(1, [encodeDimension(dimension)]));
  const tensorType = [varintField(1, ELEMENT_TYPE[type]), messageField(2, dimensions)];
  return [stringField(1, name), messageField(2, [messageField(1, tensorType)])];
}

function encodeDimension(dimension: Dimension): Field {
  return typeof dimension === 'number' ? varintField(1, dimension) : stringField(2, dimension);
}
