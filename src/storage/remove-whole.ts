import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporarySibling } from './atomic-write.ts';
import { explainFileError } from './file-errors.ts';

/** What removing a file or folder gives back: a file that has another name elsewhere (a hard link) gives nothing. */
export async function reclaimableBytes(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.nlink > 1 ? 0 : found.size;
  let bytes = 0;
  for (const name of await readdir(path)) bytes += await reclaimableBytes(join(path, name));
  return bytes;
}

/** When somebody last changed a file or folder or its links, milliseconds UTC; undefined when it is gone. */
export async function lastTouched(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : Math.max(found.mtimeMs, found.ctimeMs);
}

/**
 * Removes a file or folder with all below it, and says how many bytes that gives back. It is renamed first: one that is
 * stopped in its middle leaves nothing that looks whole.
 */
export async function removeWhole(path: string): Promise<number> {
  const doomed = temporarySibling(path);
  try {
    await rename(path, doomed);
  } catch (error) {
    // Somebody else was faster.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw explainFileError(error, path);
  }
  const bytes = await reclaimableBytes(doomed);
  await rm(doomed, { recursive: true, force: true });
  return bytes;
}
