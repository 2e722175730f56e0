import { hash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { refusal } from '../entry-rules.ts';
import type { ExtractedFile } from '../extracted-file.ts';
import { checkContent, tooLong } from './check-content.ts';
import { LOCAL_HEADER_BYTES } from './directory-entry.ts';
import { dataOffset, FILE_MODE, readAt, writeWhole } from './file-bytes.ts';
import { unpackLargeFile } from './unpack-large-file.ts';
import type { ZipFile } from './zip-file.ts';

/** Larger files are unpacked as a stream. */
const LARGEST_WHOLE_BYTES = 4 * 2 ** 20;

/**
 * Unpacks files one after the other below a folder that has their folders already, each in one go: for files as small as photos
 * the calls are what takes time, and blocking ones take a third of it. Holds each to its announced size and its CRC-32.
 * Throws DataError naming the entry, or what the operating system reports.
 */
export async function unpackFiles(
  archive: string,
  files: readonly ZipFile[],
  folder: string,
): Promise<ExtractedFile[]> {
  const unpacked: ExtractedFile[] = [];
  const descriptor = openSync(archive, 'r');
  try {
    for (const file of files) {
      const isLarge = Math.max(file.bytes, file.packedBytes) > LARGEST_WHOLE_BYTES;
      unpacked.push(await (isLarge ? unpackLargeFile(descriptor, file, folder) : unpackFile(descriptor, file, folder)));
    }
  } finally {
    closeSync(descriptor);
  }
  return unpacked;
}

function unpackFile(descriptor: number, file: ZipFile, folder: string): ExtractedFile {
  const packed = readPacked(descriptor, file);
  const content = file.method === 'stored' ? packed : inflate(packed, file);
  checkContent(file, content.length, crc32(content));
  const target = openSync(path.join(folder, file.path), 'wx', FILE_MODE);
  try {
    writeWhole(target, content);
  } finally {
    closeSync(target);
  }
  return { path: file.path, bytes: content.length, sha256: hash('sha256', content, 'hex') };
}

/** Local headers may have more extra fields than the directory has; if so, the data is read by itself. */
const USUAL_EXTRA_BYTES = 64;

function readPacked(descriptor: number, file: ZipFile): Buffer {
  const { path: name, nameBytes, packedBytes, headerAt } = file;
  const block = Buffer.allocUnsafe(LOCAL_HEADER_BYTES + nameBytes + USUAL_EXTRA_BYTES + packedBytes);
  const present = block.subarray(0, readAt(descriptor, block, headerAt));
  const start = dataOffset(present, name);
  if (start + packedBytes <= present.length) return present.subarray(start, start + packedBytes);
  const packed = Buffer.allocUnsafe(packedBytes);
  if (readAt(descriptor, packed, headerAt + start) < packedBytes) throw refusal(name, 'the archive ends within it');
  return packed;
}

function inflate(packed: Buffer, file: ZipFile): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, file.bytes), chunkSize: Math.max(64, file.bytes) });
  } catch (cause) {
    const isTooLong = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLong ? tooLong(file) : refusal(file.path, 'it is damaged', cause);
  }
}
