import { decodeEntryName } from './entry-name.ts';
import { findExtra } from './extra-fields.ts';

/** One header of the central directory (APPNOTE.TXT 4.3.12), its sizes and place as zip64 has them where it does. */
export type DirectoryEntry = {
  readonly path: string;
  readonly nameBytes: number;
  readonly kind: 'file' | 'folder' | 'symbolic-link' | 'special-file';
  readonly flags: number;
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly crc32: number;
  readonly headerAt: number;
  readonly disk: number;
  /** Of this header, with its name, extra fields and comment. */
  readonly size: number;
};

/** Bytes of a header in front of an entry's data, before its name. */
export const LOCAL_HEADER_BYTES = 30;

/** The header at a place of the directory; undefined when there is none, or not all of it. */
export function decodeEntry(directory: Buffer, at: number): DirectoryEntry | undefined {
  if (at + FIXED_BYTES > directory.length || directory.readUInt32LE(at) !== SIGNATURE) return undefined;
  const flags = directory.readUInt16LE(at + 8);
  const nameBytes = directory.readUInt16LE(at + 28);
  const extraAt = at + FIXED_BYTES + nameBytes;
  const extraEnd = extraAt + directory.readUInt16LE(at + 30);
  const size = extraEnd + directory.readUInt16LE(at + 32) - at;
  if (at + size > directory.length) return undefined;
  const extra = directory.subarray(extraAt, extraEnd);
  const path = decodeEntryName(directory.subarray(at + FIXED_BYTES, extraAt), extra);
  const sizes = readSizes(directory, at, extra);
  if (sizes === undefined) return undefined;
  return {
    path,
    nameBytes,
    kind: kindOf(path, directory.readUInt32LE(at + 38)),
    flags,
    method: directory.readUInt16LE(at + 10),
    crc32: directory.readUInt32LE(at + 16),
    ...sizes,
    size,
  };
}

const SIGNATURE = 0x02014b50;
const FIXED_BYTES = 46;
const ZIP64_EXTRA = 0x0001;
const IN_ZIP64 = 0xffffffff;
const DISK_IN_ZIP64 = 0xffff;

type Sizes = Pick<DirectoryEntry, 'packedBytes' | 'bytes' | 'headerAt' | 'disk'>;

/** What does not fit into its field is in the zip64 extra field, in this order (APPNOTE.TXT 4.5.3). */
function readSizes(directory: Buffer, at: number, extra: Buffer): Sizes | undefined {
  const zip64 = findExtra(extra, ZIP64_EXTRA) ?? Buffer.alloc(0);
  let next = 0;
  const wide = (field: number): number => {
    if (field !== IN_ZIP64) return field;
    if (next + 8 > zip64.length) return Number.NaN;
    next += 8;
    return Number(zip64.readBigUInt64LE(next - 8));
  };
  const bytes = wide(directory.readUInt32LE(at + 24));
  const packedBytes = wide(directory.readUInt32LE(at + 20));
  const headerAt = wide(directory.readUInt32LE(at + 42));
  const disk = directory.readUInt16LE(at + 34);
  const isInZip64 = disk === DISK_IN_ZIP64 && next + 4 <= zip64.length;
  const sizes = { bytes, packedBytes, headerAt, disk: isInZip64 ? zip64.readUInt32LE(next) : disk };
  return [bytes, packedBytes, headerAt].every(Number.isSafeInteger) ? sizes : undefined;
}

const FILE_TYPE_MASK = 0o170000;
const REGULAR_FILE = 0o100000;
const FOLDER = 0o040000;
const SYMBOLIC_LINK = 0o120000;

/** By the Unix mode that most archivers write beside the name; without one a name that ends in "/" is a folder's. */
function kindOf(path: string, attributes: number): DirectoryEntry['kind'] {
  const type = (attributes >>> 16) & FILE_TYPE_MASK;
  if (type === SYMBOLIC_LINK) return 'symbolic-link';
  if (type === FOLDER) return 'folder';
  if (type === REGULAR_FILE) return 'file';
  if (type !== 0) return 'special-file';
  return path.endsWith('/') ? 'folder' : 'file';
}
