import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { DataError, MlflowTsError } from '../../core/errors.ts';
import type { ReportProgress } from '../../core/logger.ts';
import { discard, temporarySibling } from '../../storage/atomic-write.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import { runConcurrently } from '../run-concurrently.ts';
import { readEndRecord } from './end-record.ts';
import {
  checkEntries,
  checkSize,
  DEFAULT_EXTRACT_LIMITS,
  isFolderEntry,
  refusal,
  type ArchiveEntry,
  type ExtractLimits,
} from './entry-rules.ts';

export type ExtractOptions = {
  readonly archive: string;
  /** The folder that appears, whole, when everything is unpacked; it must not exist yet. */
  readonly into: string;
  readonly limits?: Partial<ExtractLimits>;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
};

/**
 * Unpacks a zip archive into a temporary folder beside `into` and renames it when complete. Counts real bytes, not those
 * that headers announce, and verifies every CRC-32. Throws DataError naming the entry for anything unsafe or damaged, and
 * EnvironmentError when the disk is full; either way nothing is left.
 */
export async function extractArchive(options: ExtractOptions): Promise<{ files: number; bytes: number }> {
  const limits = { ...DEFAULT_EXTRACT_LIMITS, ...options.limits };
  const temporary = temporarySibling(options.into);
  const file = await open(options.archive);
  try {
    const entries = await readDirectory(file, options.archive, limits);
    checkEntries(entries, limits);
    await mkdir(temporary, { recursive: true });
    const totals = await writeEntries(entries, temporary, limits, options);
    await rename(temporary, options.into);
    return totals;
  } catch (error) {
    await discard(temporary);
    throw explainFileError(error, options.into);
  } finally {
    await file.close();
  }
}

type ReadableEntry = ArchiveEntry & { readonly stream: () => Readable };
type Budget = { readonly limits: ExtractLimits; total: number };

const CONCURRENCY = 4;
/** Local headers may carry more extra fields than the directory says. */
const LOCAL_HEADER_SLACK_BYTES = 2 ** 16;
const READ_BYTES = 2 ** 18;

async function readDirectory(file: FileHandle, archive: string, limits: ExtractLimits): Promise<ReadableEntry[]> {
  const end = await readEndRecord(file, archive);
  if (end.entries > limits.maxEntries) {
    throw new DataError(`Refused ${archive}: it has ${end.entries} entries, more than ${limits.maxEntries}.`);
  }
  const { size } = await file.stat();
  const { Open } = await import('unzipper');
  const source = {
    size: () => Promise.resolve(size),
    stream: (start: number, length?: number) =>
      Readable.from(readRange(file, start, Math.min(size, start + (length ?? size))), { objectMode: false }),
  };
  // The published types lack the second argument; the options are in unzipper's README under Open.
  const openDirectory = Open.custom as (from: typeof source, options: object) => Promise<{ files: ReadableEntry[] }>;
  try {
    const options = { tailSize: END_RECORD_BYTES + end.commentLength, padding: LOCAL_HEADER_SLACK_BYTES };
    return (await openDirectory(source, options)).files;
  } catch (cause) {
    throw new DataError(`${archive} is damaged: its directory cannot be read.`, { cause });
  }
}

const END_RECORD_BYTES = 22;

/** The file's bytes from `start` to `end`; a read error ends it early, which is then found as damage. */
async function* readRange(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let position = start; position < end;) {
    const block = Buffer.allocUnsafe(Math.min(READ_BYTES, end - position));
    const bytesRead = await file.read(block, 0, block.length, position).then(
      (read) => read.bytesRead,
      () => 0,
    );
    if (bytesRead === 0) return;
    yield block.subarray(0, bytesRead);
    position += bytesRead;
  }
}

async function writeEntries(
  entries: readonly ReadableEntry[],
  folder: string,
  limits: ExtractLimits,
  { signal, progress }: ExtractOptions,
): Promise<{ files: number; bytes: number }> {
  for (const entry of entries) {
    if (isFolderEntry(entry)) await mkdir(path.join(folder, entry.path), { recursive: true });
  }
  const files = entries.filter((entry) => !isFolderEntry(entry));
  const made = new Set<string>();
  const budget: Budget = { limits, total: 0 };
  let done = 0;
  await runConcurrently(files, CONCURRENCY, signal, async (entry) => {
    const parent = path.join(folder, path.dirname(entry.path));
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    await writeEntry(entry, path.join(folder, entry.path), budget);
    progress({ done: ++done, total: files.length, unit: 'files' });
  });
  return { files: files.length, bytes: budget.total };
}

async function writeEntry(entry: ReadableEntry, target: string, budget: Budget): Promise<void> {
  const file = await open(target, 'wx', FILE_MODE);
  try {
    const { bytes, checksum } = await copyEntry(entry, file, budget);
    if (bytes !== entry.uncompressedSize) {
      throw refusal(entry.path, `it has ${bytes} bytes where the directory says ${entry.uncompressedSize}`);
    }
    if (checksum !== entry.crc32 >>> 0) throw refusal(entry.path, 'it is damaged: its CRC-32 differs');
  } finally {
    await file.close();
  }
}

const FILE_MODE = 0o644;

async function copyEntry(
  entry: ReadableEntry,
  file: FileHandle,
  budget: Budget,
): Promise<{ bytes: number; checksum: number }> {
  if (entry.compressedSize === 0) return { bytes: 0, checksum: 0 };
  let [bytes, checksum] = [0, 0];
  for await (const chunk of readChunks(entry)) {
    bytes += chunk.length;
    budget.total += chunk.length;
    checkSize({ path: entry.path, compressed: entry.compressedSize, bytes }, budget.total, budget.limits);
    checksum = crc32(chunk, checksum);
    await writeWhole(file, chunk);
  }
  return { bytes, checksum };
}

/** A disk that is nearly full takes a part of a write and says so in a number; only the next one fails. */
async function writeWhole(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    written += (await file.write(chunk, written)).bytesWritten;
  }
}

/** The entry's bytes, unpacked; what the unpacker throws is told as damage of that entry. */
async function* readChunks(entry: ReadableEntry): AsyncGenerator<Buffer> {
  const stream = entry.stream();
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (cause) {
    if (cause instanceof MlflowTsError) throw cause;
    throw refusal(entry.path, 'it is damaged', cause);
  } finally {
    stream.destroy();
  }
}
