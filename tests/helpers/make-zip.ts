import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a handmade archive; everything that is left out is as an honest archiver writes it. */
export type ZipEntry = {
  readonly path: string;
  readonly data?: Uint8Array | string;
  readonly deflate?: boolean;
  /** Unix mode with file type, e.g. 0o120777 for a symbolic link. */
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly crc32?: number;
  /** What the directory says about the unpacked size. */
  readonly claimedBytes?: number;
  /** The name as it is written, if that is not `path` in UTF-8. */
  readonly name?: Uint8Array;
  /** Extra fields of the local header and of the directory. */
  readonly extra?: { readonly local?: Uint8Array; readonly central?: Uint8Array };
  /** Write sizes and place in zip64 form. */
  readonly zip64?: boolean;
  /** Where the directory says that the entry is. */
  readonly headerAt?: number;
};

export type ZipOptions = {
  /** What the end record says about the number of entries. */
  readonly claimedEntries?: number;
  readonly comment?: string;
  /** Write the end record in zip64 form. */
  readonly zip64?: boolean;
};

/** Builds a zip archive byte by byte (APPNOTE.TXT 4.3), also such as no archiver would write. */
export function makeZip(entries: readonly ZipEntry[], options: ZipOptions = {}): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const parts = encodeEntry(entry, offset);
    local.push(parts.local);
    central.push(parts.central);
    offset += parts.local.length;
  }
  const directory = Buffer.concat(central);
  const count = options.claimedEntries ?? entries.length;
  return Buffer.concat([...local, directory, encodeEnd({ count, size: directory.length, offset }, options)]);
}

function encodeEntry(entry: ZipEntry, offset: number): { local: Buffer; central: Buffer } {
  const name = Buffer.from(entry.name ?? Buffer.from(entry.path));
  const raw = Buffer.from(entry.data ?? '');
  const packed = entry.deflate === true ? deflateRawSync(raw) : raw;
  const fields = encodeFields(entry, name, { raw, packed });
  const { local = '', central = '' } = entry.extra ?? {};
  return {
    local: Buffer.concat([
      signature(0x04034b50),
      ...withExtra(fields, Buffer.alloc(0), name, Buffer.from(local)),
      packed,
    ]),
    central: Buffer.concat([
      ...[signature(0x02014b50), Buffer.from([20, 3])],
      ...encodeCentral(entry, { fields, name, extra: Buffer.from(central) }, [raw.length, packed.length, offset]),
    ]),
  };
}

/** What both headers hold. */
function encodeFields(entry: ZipEntry, name: Buffer, { raw, packed }: { raw: Buffer; packed: Buffer }): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(entry.flags ?? 0, 2);
  fields.writeUInt16LE(entry.method ?? (entry.deflate === true ? 8 : 0), 4);
  fields.writeUInt32LE(entry.crc32 ?? crc32(raw), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(entry.claimedBytes ?? raw.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function encodeCentral(
  entry: ZipEntry,
  { fields, name, extra }: { fields: Buffer; name: Buffer; extra: Buffer },
  zip64: readonly [bytes: number, packed: number, offset: number],
): Buffer[] {
  const more = Buffer.alloc(14);
  more.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
  more.writeUInt32LE(entry.headerAt ?? zip64[2], 10);
  if (entry.zip64 !== true) return withExtra(fields, more, name, extra);
  const wide = Buffer.from(fields);
  wide.fill(0xff, 14, 22);
  more.fill(0xff, 10, 14);
  return withExtra(wide, more, name, Buffer.concat([encodeZip64(...zip64), extra]));
}

function withExtra(fields: Buffer, more: Buffer, name: Buffer, extra: Buffer): Buffer[] {
  const complete = Buffer.from(fields);
  complete.writeUInt16LE(extra.length, 24);
  return [complete, more, name, extra];
}

/** One extra field: its id, its length and its content. */
export function zipExtra(id: number, content: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(content.length, 2);
  return Buffer.concat([head, content]);
}

function encodeZip64(...values: readonly number[]): Buffer {
  const content = Buffer.alloc(8 * values.length);
  values.forEach((value, at) => content.writeBigUInt64LE(BigInt(value), 8 * at));
  return zipExtra(0x0001, content);
}

function encodeEnd(
  { count, size, offset }: { count: number; size: number; offset: number },
  { comment = '', zip64 = false }: ZipOptions,
): Buffer {
  const end = Buffer.alloc(18);
  end.writeUInt16LE(zip64 ? 0xffff : count, 4);
  end.writeUInt16LE(zip64 ? 0xffff : count, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  end.writeUInt16LE(comment.length, 16);
  const plain = Buffer.concat([signature(0x06054b50), end, Buffer.from(comment)]);
  if (!zip64) return plain;
  const record = Buffer.alloc(52);
  record.writeBigUInt64LE(44n, 0);
  record.writeBigUInt64LE(BigInt(count), 20);
  record.writeBigUInt64LE(BigInt(count), 28);
  record.writeBigUInt64LE(BigInt(size), 36);
  record.writeBigUInt64LE(BigInt(offset), 44);
  const locator = Buffer.alloc(16);
  locator.writeBigUInt64LE(BigInt(offset + size), 4);
  locator.writeUInt32LE(1, 12);
  return Buffer.concat([signature(0x06064b50), record, signature(0x07064b50), locator, plain]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
