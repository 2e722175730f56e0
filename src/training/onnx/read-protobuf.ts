/** One field of a Protocol Buffers message: its number, and what it holds by its wire type. */
export type WireField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly number: number; readonly kind: 'fixed'; readonly bytes: Uint8Array };

/**
 * The fields of a message in their order (https://protobuf.dev/programming-guides/encoding); bytes are views.
 * @throws RangeError when the bytes are no such message, or end within a field.
 */
export function readFields(message: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  const cursor: Cursor = { message, at: 0 };
  while (cursor.at < message.length) fields.push(readField(cursor));
  return fields;
}

/** The text of the last length-delimited field of that number; empty when there is none, as the format has it. */
export function textOf(fields: readonly WireField[], number: number): string {
  return textsOf(fields, number).at(-1) ?? '';
}

/** The texts of all length-delimited fields of that number. */
export function textsOf(fields: readonly WireField[], number: number): string[] {
  return bytesOf(fields, number).map((bytes) => Buffer.from(bytes).toString('utf8'));
}

/** The contents of all length-delimited fields of that number. */
export function bytesOf(fields: readonly WireField[], number: number): Uint8Array[] {
  return fields.flatMap((field) => (field.number === number && field.kind === 'bytes' ? [field.bytes] : []));
}

/** The last integer of that number; 0 when there is none, as the format has it. */
export function integerOf(fields: readonly WireField[], number: number): number {
  const last = fields.findLast((field) => field.number === number && field.kind === 'varint');
  return last?.kind === 'varint' ? Number(BigInt.asIntN(64, last.value)) : 0;
}

/** All integers of a repeated field, packed or one by one. */
export function integersOf(fields: readonly WireField[], number: number): number[] {
  return fields.flatMap((field) => {
    if (field.number !== number) return [];
    const values = field.kind === 'varint' ? [field.value] : readVarints(field.bytes);
    return values.map((value) => Number(BigInt.asIntN(64, value)));
  });
}

function readVarints(message: Uint8Array): bigint[] {
  const values: bigint[] = [];
  const cursor: Cursor = { message, at: 0 };
  while (cursor.at < message.length) values.push(readVarint(cursor));
  return values;
}

type Cursor = { readonly message: Uint8Array; at: number };

function readField(cursor: Cursor): WireField {
  const tag = Number(readVarint(cursor));
  const number = Math.floor(tag / 8);
  if (number === 0) throw new RangeError(`no field begins at byte ${cursor.at}`);
  switch (tag % 8) {
    case 0:
      return { number, kind: 'varint', value: readVarint(cursor) };
    case 1:
      return { number, kind: 'fixed', bytes: take(cursor, 8) };
    case 2:
      return { number, kind: 'bytes', bytes: take(cursor, Number(readVarint(cursor))) };
    case 5:
      return { number, kind: 'fixed', bytes: take(cursor, 4) };
    default:
      throw new RangeError(`no field begins at byte ${cursor.at}`);
  }
}

function take(cursor: Cursor, length: number): Uint8Array {
  const { message, at } = cursor;
  if (length > message.length - at) throw new RangeError(`it ends within a field of ${length} bytes`);
  cursor.at += length;
  return message.subarray(at, at + length);
}

function readVarint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = cursor.message[cursor.at];
    if (byte === undefined) throw new RangeError('it ends within a number');
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError(`no number begins before byte ${cursor.at}`);
}
