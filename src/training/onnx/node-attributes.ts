import { messageField, stringField, varintField, varintsField, type Field } from './protobuf.ts';
import { bytesOf, integerOf, integersOf, readFields, textOf, type WireField } from './read-protobuf.ts';
import type { OnnxNode } from './read-model.ts';

/** Numbers of a node's fields in onnx.proto. */
export const NODE = { input: 1, output: 2, attribute: 5 } as const;

const ATTRIBUTE = { name: 1, integer: 3, tensor: 5, integers: 8, type: 20 } as const;
const ATTRIBUTE_TYPE = { integer: 2, integers: 7 } as const;

/** A node's attribute as it stands in the file. */
export type AttributeFields = readonly WireField[];

/** The attributes of a node by their names. */
export function attributesOf({ fields }: OnnxNode): ReadonlyMap<string, AttributeFields> {
  const attributes = bytesOf(fields, NODE.attribute).map(readFields);
  return new Map(attributes.map((attribute) => [textOf(attribute, ATTRIBUTE.name), attribute]));
}

/** Whether a field of a node is the attribute of that name. */
export function isAttribute(field: WireField, name: string): boolean {
  return (
    field.number === NODE.attribute &&
    field.kind === 'bytes' &&
    textOf(readFields(field.bytes), ATTRIBUTE.name) === name
  );
}

/** The value of an attribute of one integer. */
export function integerAttribute(attribute: AttributeFields): number {
  return integerOf(attribute, ATTRIBUTE.integer);
}

/** The values of an attribute of integers. */
export function integersAttribute(attribute: AttributeFields): number[] {
  return integersOf(attribute, ATTRIBUTE.integers);
}

/** The fields of the tensor that an attribute holds. */
export function tensorAttribute(attribute: AttributeFields): WireField[] {
  return bytesOf(attribute, ATTRIBUTE.tensor).flatMap(readFields);
}

/** A node's field: an attribute of one integer. */
export function integerAttributeField(name: string, value: number): Field {
  return messageField(NODE.attribute, [
    stringField(ATTRIBUTE.name, name),
    varintField(ATTRIBUTE.integer, value),
    varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.integer),
  ]);
}

/** A node's field: an attribute of integers. */
export function integersAttributeField(name: string, values: readonly number[]): Field {
  return messageField(NODE.attribute, [
    stringField(ATTRIBUTE.name, name),
    varintsField(ATTRIBUTE.integers, values),
    varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.integers),
  ]);
}
