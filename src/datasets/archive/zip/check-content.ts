import type { DataError } from '../../../core/errors.ts';
import { refusal } from '../entry-rules.ts';
import type { ZipFile } from './zip-file.ts';

/** Throws DataError when what was unpacked is not what the directory says. */
export function checkContent(file: ZipFile, bytes: number, checksum: number): void {
  if (bytes !== file.bytes) {
    throw refusal(file.path, `it has ${bytes} bytes where the directory says ${file.bytes}`);
  }
  if (checksum !== file.crc32) throw refusal(file.path, 'it is damaged: its CRC-32 differs');
}

/** The error for an entry that does not end where the directory says: what comes is not unpacked to its end. */
export function tooLong({ path, bytes }: ZipFile): DataError {
  return refusal(path, `it has more than the ${bytes} bytes that the directory says`);
}
