import { readSync, writeSync } from 'node:fs';
import { refusal } from '../entry-rules.ts';
import { LOCAL_HEADER_BYTES } from './directory-entry.ts';

/** Of unpacked files: what the archive says about permissions does not count. */
export const FILE_MODE = 0o644;

/** Fills the buffer from a position of the file on; says how much there was. */
export function readAt(descriptor: number, buffer: Buffer, position: number): number {
  let read = 0;
  while (read < buffer.length) {
    const more = readSync(descriptor, buffer, read, buffer.length - read, position + read);
    if (more === 0) break;
    read += more;
  }
  return read;
}

/** A disk that is nearly full takes a part of a write and says so in a number; only the next one fails. */
export function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

/** Where an entry's data begins, counted from its local header (APPNOTE.TXT 4.3.7). Throws DataError when there is none. */
export function dataOffset(header: Buffer, path: string): number {
  if (header.length < LOCAL_HEADER_BYTES || header.readUInt32LE(0) !== SIGNATURE) {
    throw refusal(path, 'it is damaged: there is no entry where the directory says');
  }
  return LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

const SIGNATURE = 0x04034b50;
