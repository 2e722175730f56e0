import { randomUUID } from 'node:crypto';
import { access, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Json } from '../core/json.ts';
import { explainFileError } from './file-errors.ts';
import { syncFolder, syncFolderTree } from './sync-folder.ts';

/** A new path beside `path`, on the same file system: what is written there becomes `path` by a rename. */
export function temporarySibling(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`);
}

/** Whether a power cut may take a written file away again, whole or its end, until `syncFolderTree` is called for its folder. */
export type WriteOptions = { readonly sync?: 'now' | 'later' };

/**
 * Writes a file that is either there with all of its content or not at all, also after a power cut. Makes its folder.
 * @throws EnvironmentError when the machine refuses (disk full, no permission); nothing is left behind then.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array | readonly Uint8Array[],
  { sync = 'now' }: WriteOptions = {},
): Promise<void> {
  const write = async (temporary: string) => {
    const handle = await open(temporary, 'wx');
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) await handle.writeFile(data);
      else await writePieces(handle, data);
      if (sync === 'now') await handle.sync();
    } finally {
      await handle.close();
    }
  };
  await replaceAtomically(path, write, { sync });
}

/** A disk that is nearly full takes a part of them: the rest is tried again, and then refused with the reason. */
async function writePieces(handle: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces);
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  if (bytesWritten < total) await handle.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}

/** Writes a JSON file as `writeFileAtomic` does, indented by two spaces and ended by a newline. */
export async function writeJsonAtomic(path: string, json: Json): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(json, undefined, 2)}\n`);
}

/**
 * Lets `write` fill a temporary path beside `path` and then renames it. `write` must have synced what it wrote.
 * @throws EnvironmentError when the machine refuses; the temporary path is removed after any error.
 */
export async function replaceAtomically(
  path: string,
  write: (temporary: string) => Promise<void>,
  { sync = 'now' }: WriteOptions = {},
): Promise<void> {
  const temporary = temporarySibling(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(temporary);
    await rename(temporary, path);
    if (sync === 'now') await syncFolder(dirname(path));
  } catch (error) {
    await discard(temporary);
    throw explainFileError(error, path);
  }
}

/** Removes a temporary file or folder after an error; that this fails too must not hide the first error. */
export async function discard(temporary: string): Promise<void> {
  await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
}

/**
 * Makes a completely written folder visible under its final name: syncs its files, renames it, syncs the folder above.
 * Where the final folder exists already, that one stays, the temporary one is removed, and the answer is `existed`.
 * @throws EnvironmentError when the machine refuses; the temporary folder is removed after any error.
 */
export async function commitFolder(temporary: string, final: string): Promise<'committed' | 'existed'> {
  try {
    await syncFolderTree(temporary);
    await mkdir(dirname(final), { recursive: true });
    const committed = !(await exists(final)) && (await renameUnlessTaken(temporary, final));
    if (!committed) await rm(temporary, { recursive: true, force: true });
    await syncFolder(dirname(final));
    return committed ? 'committed' : 'existed';
  } catch (error) {
    await discard(temporary);
    throw explainFileError(error, final);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** False when another process made the same folder in between. */
async function renameUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}
