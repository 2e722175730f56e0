import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lastTouched } from './remove-whole.ts';

/**
 * Files and folders that were being written when their process died (`temporarySibling` names them), in a folder and so
 * many levels below it, not touched since a time (milliseconds UTC).
 */
export async function listTemporaryLeftovers(folder: string, depth: number, since: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (TEMPORARY.test(entry.name)) {
      if (((await lastTouched(path)) ?? since) < since) found.push(path);
    } else if (entry.isDirectory() && depth > 0) {
      found.push(...(await listTemporaryLeftovers(path, depth - 1, since)));
    }
  }
  return found;
}

/** `.name.4711-0a1b2c3d.tmp` */
const TEMPORARY = /^\..+\.\d+-[0-9a-f]{8}\.tmp$/u;
