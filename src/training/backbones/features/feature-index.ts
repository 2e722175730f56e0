import { readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../../core/errors.ts';
import { shortId, type DatasetVersionId, type FeatureCacheId, type TensorCacheId } from '../../../core/ids.ts';
import { hashJson } from '../../../core/json.ts';
import { toJson } from '../../../core/to-json.ts';
import type { Augmentation } from '../../augment/augmentation.ts';
import type { Backbone } from '../open-backbone.ts';

const count = z.int().min(0);

const indexSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  tensorCacheId: z.string(),
  datasetVersionId: z.string(),
  backbone: z.object({ name: z.string(), sha256: z.string() }),
  /** Numbers a row. */
  features: count,
  /** Rows of each split. */
  splits: z.record(z.string(), count),
  shards: z.array(z.object({ file: z.string(), count })),
});

/** What a complete feature cache holds; it is written last. */
export type FeatureIndex = z.infer<typeof indexSchema>;

/** What the features are made from. */
export type FeatureSource = {
  readonly backbone: Pick<Backbone, 'sha256' | 'spec'>;
  readonly tensorCacheId: TensorCacheId;
  readonly datasetVersionId: DatasetVersionId;
  /** Present for a varied copy of the training images: its number and the seed decide how each is varied. */
  readonly copy?: FeatureCopy;
};

/** The n-th varied copy, counted from 1. */
export type FeatureCopy = { readonly number: number; readonly seed: number; readonly augmentation: Augmentation };

/** The id of a feature cache: equal files, scaling, images and changes give equal features. */
export function featureCacheId({ backbone, tensorCacheId, copy }: FeatureSource): FeatureCacheId {
  const { sha256, spec } = backbone;
  const input = { ...spec.input, scale: [...spec.input.scale], offset: [...spec.input.offset] };
  const made = { extraction: EXTRACTION, sha256, input, features: spec.features, power: spec.power, tensorCacheId };
  return hashJson(copy === undefined ? made : { ...made, copy: toJson(copy) }) as FeatureCacheId;
}

/** Changes when the same files would give other features. */
const EXTRACTION = 1;

/** Where the caches lie, relative to the data folder. */
export const FEATURES_FOLDER = 'features';
export const FEATURE_INDEX_NAME = 'index.json';

/** The cache's folder, relative to the data folder. */
export function featureCachePath(id: FeatureCacheId): string {
  return `${FEATURES_FOLDER}/${shortId(id)}`;
}

/** Reads the index; undefined when the cache is not complete. Throws DataError when it is damaged. */
export async function readFeatureIndex(folder: string): Promise<FeatureIndex | undefined> {
  const file = join(folder, FEATURE_INDEX_NAME);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DataError(`${file} is damaged. Delete ${folder}; the features are then computed anew.`, { cause });
  }
}

/** Remembers that a cache is used now: one that nobody uses for long may be removed. */
export async function markFeaturesUsed(folder: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, FEATURE_INDEX_NAME), now, now).catch(() => undefined);
}
