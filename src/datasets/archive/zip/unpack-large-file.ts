import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { MlflowTsError } from '../../../core/errors.ts';
import { refusal } from '../entry-rules.ts';
import type { ExtractedFile } from '../extracted-file.ts';
import { checkContent, tooLong } from './check-content.ts';
import { LOCAL_HEADER_BYTES } from './directory-entry.ts';
import { dataOffset, FILE_MODE, readAt, writeWhole } from './file-bytes.ts';
import type { ZipFile } from './zip-file.ts';

/** Unpacks a file of any size with little memory; else as `unpackFiles` does. */
export async function unpackLargeFile(descriptor: number, file: ZipFile, folder: string): Promise<ExtractedFile> {
  const hash = createHash('sha256');
  let [bytes, checksum] = [0, 0];
  const target = openSync(path.join(folder, file.path), 'wx', FILE_MODE);
  try {
    for await (const chunk of readContent(descriptor, file)) {
      bytes += chunk.length;
      if (bytes > file.bytes) throw tooLong(file);
      checksum = crc32(chunk, checksum);
      hash.update(chunk);
      writeWhole(target, chunk);
    }
  } finally {
    closeSync(target);
  }
  checkContent(file, bytes, checksum);
  return { path: file.path, bytes, sha256: hash.digest('hex') };
}

/** What the unpacker throws is told as damage of the entry. */
async function* readContent(descriptor: number, file: ZipFile): AsyncGenerator<Buffer> {
  const packed = Readable.from(readPacked(descriptor, file), { objectMode: false });
  const stream = file.method === 'stored' ? packed : pipeline(packed, createInflateRaw(), () => undefined);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (cause) {
    if (cause instanceof MlflowTsError) throw cause;
    throw refusal(file.path, 'it is damaged', cause);
  } finally {
    stream.destroy();
  }
}

const READ_BYTES = 2 ** 18;

function* readPacked(descriptor: number, { path: name, packedBytes, headerAt }: ZipFile): Generator<Buffer> {
  const header = Buffer.alloc(LOCAL_HEADER_BYTES);
  const start = headerAt + dataOffset(header.subarray(0, readAt(descriptor, header, headerAt)), name);
  for (let position = 0; position < packedBytes; position += READ_BYTES) {
    const block = Buffer.allocUnsafe(Math.min(READ_BYTES, packedBytes - position));
    if (readAt(descriptor, block, start + position) < block.length) throw refusal(name, 'the archive ends within it');
    yield block;
  }
}
