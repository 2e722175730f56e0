import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { DAY_MS, type Clock } from '../core/clock.ts';

/** The hidden name under which a version's files are gathered: `.version.….tmp`. */
export const STAGING_NAME = 'version';

/** Removes what interrupted saves left beside the versions of a model more than a day ago. */
export async function removeLeftovers(modelFolder: string, clock: Clock): Promise<void> {
  const names = await readdir(modelFolder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`.${STAGING_NAME}.`)) continue;
    const leftover = path.join(modelFolder, name);
    const found = await stat(leftover).catch(() => undefined);
    if (found !== undefined && clock.now() - found.mtimeMs > DAY_MS) await rm(leftover, { recursive: true, force: true });
  }
}
