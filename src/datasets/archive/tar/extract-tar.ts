import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { overlap } from '../../../core/overlap.ts';
import { DataError, MlflowTsError } from '../../../core/errors.ts';
import { assertFreeSpace } from '../../../storage/free-space.ts';
import type { ExtractedFile } from '../extracted-file.ts';
import type { Extraction } from '../extraction.ts';
import { readTar, type TarEntry } from './read-tar.ts';

/** Unpacks a tar archive as it is read: while one file is written, the next is read. */
export async function extractTar(extraction: Extraction, packing: 'plain' | 'gzip'): Promise<ExtractedFile[]> {
  const { file, archive, folder, signal } = extraction;
  await assertFreeSpace(folder, (await file.stat()).size);
  const files: ExtractedFile[] = [];
  const failedWrites: unknown[] = [];
  const write = writerBelow(folder);
  const tryToWrite = (entry: TarEntry) =>
    write(entry).catch((error: unknown) => {
      failedWrites.push(error);
      throw error;
    });
  try {
    for await (const written of overlap(readTar(extraction, packing), tryToWrite)) {
      if (written !== undefined) files.push(written);
    }
    return files;
  } catch (error) {
    signal.throwIfAborted();
    // Who stops to take what is read ends the reading, which then fails as well.
    throw explain(failedWrites.find(isFileError) ?? error, archive);
  }
}

const FILE_MODE = 0o644;

/** Writes a file, or makes the folder and answers nothing. */
function writerBelow(folder: string): (entry: TarEntry) => Promise<ExtractedFile | undefined> {
  const made = new Set<string>();
  const makeFolder = async (name: string) => {
    if (!made.has(name)) await mkdir(path.join(folder, name), { recursive: true });
    made.add(name);
  };
  return async ({ path: name, content }) => {
    if (content === undefined) {
      await makeFolder(name);
      return undefined;
    }
    await makeFolder(path.posix.dirname(name));
    const hash = createHash('sha256');
    let bytes = 0;
    const measured = async function* () {
      for await (const chunk of content) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    await writeFile(path.join(folder, name), measured(), { flag: 'wx', mode: FILE_MODE });
    return { path: name, bytes, sha256: hash.digest('hex') };
  };
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function explain(error: unknown, archive: string): unknown {
  if (error instanceof MlflowTsError || isFileError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new DataError(`${archive} is damaged, or no tar archive: ${reason}. Download or copy it again.`, {
    cause: error,
  });
}
