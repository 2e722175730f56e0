import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a folder's list of entries to the disk: only then does a file created or renamed in it survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows neither needs this nor can open a folder.
  if (process.platform === 'win32') return;
  await syncPath(path);
}

/** Writes all files below a folder, and the folders, to the disk. Links are left alone. */
export async function syncFolderTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(path, entry.name));
  for (let start = 0; start < files.length; start += AT_ONCE) {
    await Promise.all(files.slice(start, start + AT_ONCE).map(syncPath));
  }
  for (const entry of entries) {
    if (entry.isDirectory()) await syncFolderTree(join(path, entry.name));
  }
  await syncFolder(path);
}

const AT_ONCE = 16;

/** Writes a file to the disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
