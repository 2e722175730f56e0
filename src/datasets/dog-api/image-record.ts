import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { tryJson } from '../../core/json.ts';

/** What an address had when it was collected. */
export type RecordedImage = {
  readonly url: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Where the same bytes lie below the dataset's folder; absent when they are left out. */
  readonly path?: string;
};

const recordSchema = z.object({
  format: z.literal(1),
  images: z.array(z.object({ url: z.string(), sha256: z.string(), path: z.string().exactOptional() })),
});

/** Writes what was collected beside the images: the API has no versions and no checksums, so this is what pins them. */
export async function writeImageRecord(folder: string, images: readonly RecordedImage[]): Promise<void> {
  const text = JSON.stringify({ format: 1, images }, null, 2);
  await writeFile(path.join(folder, FILE_NAME), `${text}\n`);
}

/** An image that is known; `file` is where it is on this machine, when it is. */
export type KnownImage = { readonly sha256: string; readonly file?: string };

/** What earlier versions recorded, by address; of the first folder that knows it. Records that cannot be read tell nothing. */
export async function readImageRecords(folders: readonly string[]): Promise<Map<string, KnownImage>> {
  const known = new Map<string, KnownImage>();
  for (const folder of folders) {
    const text = await readFile(path.join(folder, FILE_NAME), 'utf8').catch(() => '');
    const parsed = recordSchema.safeParse(tryJson(text));
    for (const { url, sha256, path: name } of parsed.data?.images ?? []) {
      const file = name === undefined ? undefined : path.join(folder, name);
      const isThere = file !== undefined && (await stat(file).catch(() => undefined)) !== undefined;
      if (known.get(url)?.file === undefined) known.set(url, { sha256, ...(isThere ? { file } : {}) });
    }
  }
  return known;
}

const FILE_NAME = 'images.json';
