import { statfs } from 'node:fs/promises';
import { EnvironmentError } from '../core/errors.ts';

/**
 * Throws EnvironmentError when so many bytes cannot be written where the folder, which exists, lies. That they can is no
 * promise: others write there too. A file system that tells nothing is taken at its word.
 */
export async function assertFreeSpace(folder: string, bytes: number): Promise<void> {
  const found = await statfs(folder).catch(() => undefined);
  if (found === undefined || found.blocks === 0) return;
  const free = found.bavail * found.bsize;
  if (bytes <= free) return;
  throw new EnvironmentError(
    `There is not enough space for ${folder}: ${bytes} bytes are needed, ${free} are free. Free some space and try again.`,
    { details: { needed: bytes, free } },
  );
}
