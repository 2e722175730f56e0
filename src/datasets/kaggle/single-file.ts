import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import { formatOf } from '../archive/archive-format.ts';
import { DEFAULT_EXTRACT_LIMITS } from '../archive/entry-rules.ts';
import { extractArchive } from '../archive/extract-archive.ts';
import { TAR_BLOCK_BYTES } from '../archive/tar/tar-header.ts';
import { readDirectory } from '../archive/zip/read-directory.ts';
import type { Download, DownloadContext } from '../source.ts';
import { linkOrMove } from './link-or-move.ts';

/**
 * Makes a download of a file `name` of a dataset: an archive to unpack when it is one, else a folder with it at its path. Kaggle's storage
 * packs some files on their way, each alone in a zip: that is taken off.
 * @throws DataError when that zip is damaged or refused; the signal's reason.
 */
export async function takeSingleFile(
  kept: string,
  name: string,
  into: string,
  { signal, progress }: Pick<DownloadContext, 'signal' | 'progress'>,
): Promise<Download> {
  let file = kept;
  if (await isPackedAlone(kept, path.posix.basename(name))) {
    const unpacked = path.join(into, 'unpacked');
    await extractArchive({ archive: kept, into: unpacked, signal, progress });
    file = path.join(unpacked, path.posix.basename(name));
  }
  const isArchive = (await formatOfFile(file)) !== undefined;
  const folder = path.join(into, isArchive ? 'archive' : 'files');
  const target = path.join(folder, name);
  await mkdir(path.dirname(target), { recursive: true });
  await linkOrMove(file, target);
  return isArchive ? { kind: 'archive', path: target } : { kind: 'folder', path: folder, owned: true };
}

/** A zip of one's own that holds nothing but a file of its own name is not told from it, and is none the worse for it. */
async function isPackedAlone(file: string, name: string): Promise<boolean> {
  if ((await formatOfFile(file)) !== 'zip') return false;
  const handle = await open(file);
  try {
    const { files, folders } = await readDirectory(handle, file, DEFAULT_EXTRACT_LIMITS);
    return files.length === 1 && folders.length === 0 && files[0]?.path === name;
  } catch (error) {
    // Whoever unpacks it says what is wrong with it.
    if (error instanceof DataError) return false;
    throw error;
  } finally {
    await handle.close();
  }
}

async function formatOfFile(file: string): Promise<ReturnType<typeof formatOf>> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAR_BLOCK_BYTES), 0, TAR_BLOCK_BYTES, 0);
    return formatOf(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
