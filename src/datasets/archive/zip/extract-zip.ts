import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { assertFreeSpace } from '../../../storage/free-space.ts';
import { runConcurrently } from '../../run-concurrently.ts';
import type { ExtractedFile } from '../extracted-file.ts';
import type { Extraction } from '../extraction.ts';
import { readDirectory } from './read-directory.ts';
import { startUnpackers } from './unpackers.ts';
import type { ZipFile } from './zip-file.ts';

/** Unpacks a zip archive, of more than a few files in worker threads; what comes is ordered as the directory is. */
export async function extractZip(extraction: Extraction): Promise<ExtractedFile[]> {
  const { file, archive, folder, limits, signal, progress } = extraction;
  const { files, folders } = await readDirectory(file, archive, limits);
  await assertFreeSpace(
    folder,
    files.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  for (const name of new Set([...folders, ...files.map((each) => path.posix.dirname(each.path))])) {
    await mkdir(path.join(folder, name), { recursive: true });
  }
  const batches = batchesOf(files);
  const unpackers = startUnpackers(batches, { archive, folder, signal });
  let done = 0;
  try {
    const unpacked = await runConcurrently(batches, unpackers.lanes, signal, async (batch) => {
      const results = await unpackers.unpack(batch);
      done += batch.length;
      progress({ done, total: files.length, unit: 'files' });
      return results;
    });
    return unpacked.flat();
  } finally {
    await unpackers.close();
  }
}

const BATCH_FILES = 64;
const BATCH_BYTES = 2 ** 21;

/** Enough files to be worth a message to a thread, and no more than are unpacked in some hundredths of a second. */
function batchesOf(files: readonly ZipFile[]): ZipFile[][] {
  const batches: ZipFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const batch = batches.at(-1);
    const isFull = batch === undefined || batch.length === BATCH_FILES || bytes + file.bytes > BATCH_BYTES;
    bytes = isFull ? file.bytes : bytes + file.bytes;
    if (isFull) batches.push([file]);
    else batch.push(file);
  }
  return batches;
}
