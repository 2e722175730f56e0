import { statSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { listVersionFolders } from './check-status.ts';
import { readManifest } from './manifest.ts';
import { OBJECTS_FOLDER } from './version-paths.ts';

/**
 * The objects that no complete dataset version on this machine names.
 * @throws DataError when a manifest is damaged: what it named is not known then, so nothing may be removed.
 */
export async function listUnusedObjects(dataDir: string): Promise<string[]> {
  const used = new Set<string>();
  for (const folder of await listVersionFolders(dataDir)) {
    for (const { sha256 } of (await readManifest(folder))?.manifest.files ?? []) used.add(sha256);
  }
  const root = path.join(dataDir, OBJECTS_FOLDER);
  const unused: string[] = [];
  for (const prefix of await readdir(root).catch(() => [])) {
    if (!/^[0-9a-f]{2}$/u.test(prefix)) continue;
    for (const name of await readdir(path.join(root, prefix))) {
      if (/^[0-9a-f]{64}$/u.test(name) && !used.has(name)) unused.push(path.join(root, prefix, name));
    }
  }
  return unused;
}

/** Whether nobody has put or placed the object since a time, milliseconds UTC. */
export function isUntouched(object: string, since: number): boolean {
  const found = statSync(object, { throwIfNoEntry: false });
  return found !== undefined && Math.max(found.mtimeMs, found.ctimeMs) < since;
}

/** Removes an object unless it was touched since, looked at and removed in one go; says how many bytes that gives back. */
export function removeUntouchedObject(object: string, since: number): number | undefined {
  if (!isUntouched(object, since)) return undefined;
  const { size, nlink } = statSync(object);
  unlinkSync(object);
  return nlink > 1 ? 0 : size;
}
