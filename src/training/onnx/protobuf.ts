import type { WireField } from './read-protobuf.ts';

/**
 * The part of the Protocol Buffers wire format that ONNX files need (https://protobuf.dev/programming-guides/encoding):
 * a message is the concatenation of its fields. Every function gives the bytes of one field.
 */
export type Field = Buffer;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
const FIXED_64 = 1;

/** An int32, int64 or enum; negative numbers take ten bytes, as the format has it. */
export function varintField(field: number, value: number): Field {
  return Buffer.from([...tag(field, VARINT), ...varint(value)]);
}

/** A float, four bytes. */
export function floatField(field: number, value: number): Field {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, FIXED_32), bytes]);
}

/** A string, in UTF-8. */
export function stringField(field: number, value: string): Field {
  return bytesField(field, Buffer.from(value, 'utf8'));
}

/** A message within the message. */
export function messageField(field: number, fields: readonly Field[]): Field {
  return bytesField(field, ...fields);
}

/** Repeated int64, packed. */
export function varintsField(field: number, values: readonly number[]): Field {
  return bytesField(field, Buffer.from(values.flatMap((value) => varint(value))));
}

/** A field as it was read. */
export function copyField(field: WireField): Field {
  switch (field.kind) {
    case 'varint':
      return Buffer.from([...tag(field.number, VARINT), ...varint(field.value)]);
    case 'bytes':
      return bytesField(field.number, field.bytes);
    case 'fixed':
      return Buffer.concat([tag(field.number, field.bytes.length === 8 ? FIXED_64 : FIXED_32), field.bytes]);
  }
}

/** One length-delimited field whose content is all the parts in a row. */
export function bytesField(field: number, ...parts: readonly Uint8Array[]): Field {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  return Buffer.concat([tag(field, LENGTH_DELIMITED), Buffer.from(varint(length)), ...parts]);
}

function tag(field: number, wireType: number): Buffer {
  return Buffer.from(varint(field * 8 + wireType));
}

function varint(value: number | bigint): number[] {
  // Nearly all are lengths and tags of one byte.
  if (value >= 0 && value < 0x80) return [Number(value)];
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
