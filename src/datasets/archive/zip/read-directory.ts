import type { FileHandle } from 'node:fs/promises';
import { DataError } from '../../../core/errors.ts';
import { entryRules, refusal, type ArchiveEntry, type ExtractLimits } from '../entry-rules.ts';
import { decodeEntry, LOCAL_HEADER_BYTES, type DirectoryEntry } from './directory-entry.ts';
import { findDirectory } from './end-record.ts';
import type { ZipFile } from './zip-file.ts';

/** The files and folders of an archive whose entries have all been admitted. */
export type ZipDirectory = { readonly files: readonly ZipFile[]; readonly folders: readonly string[] };

/**
 * Reads the central directory and holds every entry against the rules, before anything is unpacked. Throws DataError for an
 * entry that is refused, and for a directory that is damaged, too large, or gives the same bytes to two entries.
 */
export async function readDirectory(file: FileHandle, archive: string, limits: ExtractLimits): Promise<ZipDirectory> {
  const place = await findDirectory(file, archive);
  if (place.entries > limits.maxEntries) {
    throw new DataError(`Refused ${archive}: it has ${place.entries} entries, more than ${limits.maxEntries}.`);
  }
  if (place.bytes > MAX_DIRECTORY_BYTES) {
    throw new DataError(
      `Refused ${archive}: its directory has ${place.bytes} bytes, more than ${MAX_DIRECTORY_BYTES}.`,
    );
  }
  const directory = Buffer.alloc(place.bytes);
  await file.read(directory, 0, place.bytes, place.offset);
  const rules = entryRules(limits);
  const files: ZipFile[] = [];
  const folders: string[] = [];
  let at = 0;
  for (let number = 1; number <= place.entries; number += 1) {
    const entry = decodeEntry(directory, at);
    if (entry === undefined) {
      throw new DataError(`${archive} is damaged: entry ${number} of its directory cannot be read.`);
    }
    rules.admit(describe(entry));
    if (entry.kind === 'folder') folders.push(entry.path);
    else files.push(fileOf(entry));
    at += entry.size;
  }
  checkPlaces(files, place.offset);
  return { files, folders };
}

/** Of two million entries with long names. */
const MAX_DIRECTORY_BYTES = 2 ** 29;

function describe(entry: DirectoryEntry): ArchiveEntry {
  const { path, kind, bytes, packedBytes } = entry;
  const problem = findProblem(entry);
  return { path, kind, bytes, packedBytes, ...(problem === undefined ? {} : { problem }) };
}

const ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000;
const STORED = 0;
const DEFLATED = 8;

function findProblem({ flags, method, bytes, packedBytes, disk }: DirectoryEntry): string | undefined {
  if ((flags & ENCRYPTED_FLAGS) !== 0) return 'it is encrypted';
  if (disk !== 0) return 'it is in another part of an archive of several files. Join them to one (zip -s 0)';
  if (method === DEFLATED || (method === STORED && bytes === packedBytes)) return undefined;
  return method === STORED
    ? `it has ${packedBytes} bytes where the directory says ${bytes}`
    : `its compression method ${method} is not supported (stored and deflate are)`;
}

function fileOf({ path, nameBytes, method, packedBytes, bytes, crc32, headerAt }: DirectoryEntry): ZipFile {
  const how = method === STORED ? 'stored' : 'deflated';
  return { path, nameBytes, method: how, packedBytes, bytes, crc32, headerAt };
}

/** Entries that share their bytes make a small archive unpack to a huge one (Fifield, "A better zip bomb", 2019). */
function checkPlaces(files: readonly ZipFile[], end: number): void {
  const inOrder = files.toSorted((left, right) => left.headerAt - right.headerAt);
  for (const [at, { path, headerAt, nameBytes, packedBytes }] of inOrder.entries()) {
    const next = inOrder[at + 1];
    if (headerAt + LOCAL_HEADER_BYTES + nameBytes + packedBytes > (next?.headerAt ?? end)) {
      throw refusal(path, next === undefined ? 'it does not lie within the archive' : `it overlaps ${next.path}`);
    }
  }
}
