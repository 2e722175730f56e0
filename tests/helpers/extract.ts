import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import { DataError } from '../../src/core/errors.ts';
import type { ExtractLimits } from '../../src/datasets/archive/entry-rules.ts';
import { extractArchive } from '../../src/datasets/archive/extract-archive.ts';
import { listFiles, quietContext, temporaryFolder } from './dataset-files.ts';

/** Unpacks an archive made of these bytes: what came of it, and which files there are now. */
export async function extract(bytes: Uint8Array, limits: Partial<ExtractLimits> = {}) {
  const folder = await temporaryFolder();
  const archive = path.join(folder, 'archive');
  await writeFile(archive, bytes);
  const into = path.join(folder, 'out');
  const { signal, progress } = quietContext();
  const outcome = await extractArchive({ archive, into, limits, signal, progress }).catch((error: unknown) => error);
  return { outcome, into, left: (await listFiles(folder)).filter((name) => name !== 'archive') };
}

/** That the archive is refused for a reason, and that nothing of it is left. */
export async function expectRefusal(
  bytes: Uint8Array,
  reason: string,
  { limits = {}, entry }: { readonly limits?: Partial<ExtractLimits>; readonly entry?: string } = {},
): Promise<void> {
  const { outcome, left } = await extract(bytes, limits);
  expect(outcome).toBeInstanceOf(DataError);
  const { message } = outcome as DataError;
  expect(message).toContain(reason);
  if (entry !== undefined) expect(message).toContain(JSON.stringify(entry));
  expect(left).toEqual([]);
}
