import { readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import { shortId, type DatasetVersionId, type TensorCacheId } from '../../core/ids.ts';
import { hashJson } from '../../core/json.ts';
import { IMAGE_FORMATS } from '../decode/image-format.ts';
import type { PrepSettings, TensorCacheSummary } from '../tensor-cache.ts';

const count = z.int().min(0);
const splitCounts = z.object({ train: count, validation: count, test: count, apart: count.exactOptional() });

/** An image whose name ends as that of another format. */
export const mislabelledSchema = z.object({ path: z.string(), format: z.enum(IMAGE_FORMATS) });

const indexSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  datasetVersionId: z.string(),
  image: z.object({ height: count, width: count, channels: z.union([z.literal(1), z.literal(3)]) }),
  classNames: z.array(z.string()),
  splits: splitCounts,
  /** For each split the number of samples of each class, in the order of the class names. */
  classCounts: z.record(z.string(), z.array(count)),
  shards: z.array(z.object({ file: z.string(), count, bytes: count })),
  broken: z.array(z.object({ path: z.string(), reason: z.string() })),
  /** Caches of older versions do not tell. */
  mislabelled: z.object({ images: count, examples: z.array(mislabelledSchema) }).default({ images: 0, examples: [] }),
});

/** What a complete tensor cache holds; it is written last. */
export type CacheIndex = z.infer<typeof indexSchema>;

export const INDEX_NAME = 'index.json';

/**
 * The id of the cache of a dataset version under a prep configuration. `maxBrokenShare` is not part of it: it says what is
 * accepted, not what is made.
 */
export function tensorCacheId(datasetVersionId: DatasetVersionId, settings: PrepSettings): TensorCacheId {
  const { height, width, channels, split } = settings;
  return hashJson({ decoding: DECODING, datasetVersionId, height, width, channels, split }) as TensorCacheId;
}

/** Changes when the same files would give other pixels, splits or shards. */
const DECODING = 2;

/** Where the caches lie, relative to the data folder. */
export const CACHES_FOLDER = 'tensors';

/** The cache's folder, relative to the data folder. */
export function cachePath(id: TensorCacheId): string {
  return path.posix.join(CACHES_FOLDER, shortId(id));
}

/** Reads the index; undefined when the cache is not complete. Throws DataError when it is damaged. */
export async function readCacheIndex(folder: string): Promise<CacheIndex | undefined> {
  const file = path.join(folder, INDEX_NAME);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DataError(`${file} is damaged. Delete ${folder} and run prep again.`, { cause });
  }
}

/** Remembers that a cache is used now: one that nobody uses for long may be removed. */
export async function markCacheUsed(folder: string): Promise<void> {
  const now = new Date();
  // Somebody else's cache may be read and not touched.
  await utimes(path.join(folder, INDEX_NAME), now, now).catch(() => undefined);
}

/** What the rest of the project is told of a cache. */
export function summarise(index: CacheIndex): TensorCacheSummary {
  const id = index.id as TensorCacheId;
  const { image, classNames, splits, broken, mislabelled } = index;
  const datasetVersionId = index.datasetVersionId as DatasetVersionId;
  return { id, path: cachePath(id), datasetVersionId, image, classNames, splits, broken, mislabelled };
}
