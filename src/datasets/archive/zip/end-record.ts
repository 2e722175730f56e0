import type { FileHandle } from 'node:fs/promises';
import { DataError } from '../../../core/errors.ts';

/** Where a zip archive's central directory lies, by the end of the file (APPNOTE.TXT 4.3.14 to 4.3.16). */
export type DirectoryPlace = { readonly entries: number; readonly bytes: number; readonly offset: number };

/**
 * Finds the end record of the archive and checks that the directory it announces lies in the file and can hold as many
 * entries as it says, so that nothing is read or allocated on the word of a damaged or hostile archive. Throws DataError.
 */
export async function findDirectory(file: FileHandle, archive: string): Promise<DirectoryPlace> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - END_SIZE - MAX_COMMENT), Math.min(size, END_SIZE + MAX_COMMENT));
  const at = findEnd(tail);
  if (at === undefined) {
    throw new DataError(
      `${archive} is not a whole zip archive: it has no end record. It may be cut off; download or copy it again.`,
    );
  }
  const record = tail.subarray(at);
  const position = size - END_SIZE - record.readUInt16LE(20);
  const directory = isZip64(record)
    ? await readZip64Directory(file, position, archive)
    : {
        entries: record.readUInt16LE(10),
        bytes: record.readUInt32LE(12),
        offset: record.readUInt32LE(16),
        end: position,
      };
  if (directory.offset + directory.bytes > directory.end || directory.entries * ENTRY_SIZE > directory.bytes) {
    throw new DataError(
      `${archive} is damaged: its directory of ${directory.entries} entries does not lie within the file.`,
    );
  }
  const { entries, bytes, offset } = directory;
  return { entries, bytes, offset };
}

const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const ENTRY_SIZE = 46;
const END_SIGNATURE = 0x06054b50;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_SIZE = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_SIZE = 56;

/** Nothing of the directory lies behind `end`. */
type Directory = DirectoryPlace & { readonly end: number };

/** The last place whose comment ends where the file does. */
function findEnd(tail: Buffer): number | undefined {
  for (let at = tail.length - END_SIZE; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === END_SIGNATURE && tail.readUInt16LE(at + 20) === tail.length - END_SIZE - at)
      return at;
  }
  return undefined;
}

function isZip64(record: Buffer): boolean {
  return (
    record.readUInt16LE(4) === 0xffff || record.readUInt16LE(10) === 0xffff || record.readUInt32LE(16) === 0xffffffff
  );
}

async function readZip64Directory(file: FileHandle, endPosition: number, archive: string): Promise<Directory> {
  const damaged = () => new DataError(`${archive} is damaged: its zip64 end record cannot be read.`);
  const locator = await readAt(file, endPosition - ZIP64_LOCATOR_SIZE, ZIP64_LOCATOR_SIZE);
  if (locator.length < ZIP64_LOCATOR_SIZE || locator.readUInt32LE(0) !== ZIP64_LOCATOR_SIGNATURE) throw damaged();
  const end = Number(locator.readBigUInt64LE(8));
  const record = await readAt(file, end, ZIP64_END_SIZE);
  if (record.length < ZIP64_END_SIZE || record.readUInt32LE(0) !== ZIP64_END_SIGNATURE) throw damaged();
  return {
    entries: Number(record.readBigUInt64LE(32)),
    bytes: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
    end,
  };
}

/** Fewer bytes where the file ends before; none for a position that no file has. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0 || !Number.isSafeInteger(position)) return Buffer.alloc(0);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
