import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '../core/secrets.ts';

/**
 * Looks through a file, or the files of a folder. What is not there or cannot be read is left to whoever reads it next.
 * @throws DataError naming the file that holds a secret.
 */
export async function assertNoSecretIn(path: string, secrets: Secrets): Promise<void> {
  if (secrets.isEmpty) return;
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) await assertNotInFile(path, secrets);
  if (found?.isDirectory() !== true) return;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isFile()) await assertNotInFile(join(entry.parentPath, entry.name), secrets);
  }
}

const READ_BYTES = 1024 * 1024;

/** Read in pieces that overlap, so that a secret on the seam of two is seen. */
async function assertNotInFile(path: string, secrets: Secrets): Promise<void> {
  const overlap = secrets.seal.longest - 1;
  let before = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>) {
    const piece = Buffer.concat([before, chunk]);
    secrets.assertNotIn(piece, `The file ${path}`);
    before = piece.subarray(Math.max(0, piece.length - overlap));
  }
}
