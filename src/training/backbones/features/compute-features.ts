import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../../core/errors.ts';
import type { Logger, ReportProgress } from '../../../core/logger.ts';
import { overlap } from '../../../core/overlap.ts';
import { toJson } from '../../../core/to-json.ts';
import { writeJsonAtomic } from '../../../storage/atomic-write.ts';
import { explainFileError } from '../../../storage/file-errors.ts';
import type { FeatureExtractor } from '../feature-extractor.ts';
import {
  FEATURE_INDEX_NAME,
  featureCacheId,
  markFeaturesUsed,
  readFeatureIndex,
  type FeatureIndex,
  type FeatureSource,
} from './feature-index.ts';
import { featureShardName, readFeatureShard, writeFeatureShard, type FeatureShard } from './feature-shard.ts';

/** Images as they come from where they are kept: uint8 `[count, height, width, channels]` of the backbone's size. */
export type ImageRows = Omit<FeatureShard, 'features'> & { readonly images: Uint8Array };

export type FeatureComputation = {
  readonly folder: string;
  readonly source: FeatureSource;
  /** What comes out of the n-th is written to the n-th file. */
  readonly shards: readonly { readonly count: number; load(): Promise<ImageRows> }[];
  /** Called only when something is to be computed. */
  readonly openExtractor: () => Promise<FeatureExtractor>;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly log: Logger;
};

/**
 * Computes the features of all images, or finds them complete. Files that a stopped run left are kept; the index comes last.
 * Two processes may compute the same cache at once: both write the same files, each of which appears whole.
 * @throws DataError when the images cannot be read, EnvironmentError when the disk does not take it; the signal's reason.
 */
export async function computeFeatures(computation: FeatureComputation): Promise<FeatureIndex> {
  const { folder, source, log } = computation;
  const id = featureCacheId(source);
  const present = await readFeatureIndex(folder);
  if (present?.id === id) {
    await markFeaturesUsed(folder);
    return present;
  }
  try {
    await mkdir(folder, { recursive: true });
    const known = await Promise.all(computation.shards.map((_, index) => findShard(folder, index, id, log)));
    const made = await computeMissing(computation, id, known);
    const index: FeatureIndex = {
      format: 1,
      id,
      tensorCacheId: source.tensorCacheId,
      datasetVersionId: source.datasetVersionId,
      backbone: { name: source.backbone.spec.name, sha256: source.backbone.sha256 },
      features: made.find(({ features }) => features > 0)?.features ?? 0,
      splits: countSplits(made),
      shards: made.map(({ count }, at) => ({ file: featureShardName(at), count })),
    };
    await writeJsonAtomic(join(folder, FEATURE_INDEX_NAME), toJson(index));
    return index;
  } catch (error) {
    throw explainFileError(error, folder);
  }
}

/** What the index keeps of a shard. */
type ShardSummary = { readonly count: number; readonly features: number; readonly splits: readonly string[] };

function summaryOf({ count, features, splits }: FeatureShard): ShardSummary {
  return { count, features: count === 0 ? 0 : features.length / count, splits };
}

/** A shard that is damaged is made anew. */
async function findShard(folder: string, index: number, id: string, log: Logger): Promise<ShardSummary | undefined> {
  try {
    const shard = await readFeatureShard(folder, index, id);
    return shard === undefined ? undefined : summaryOf(shard);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    log.warn(`${error.message} It is computed again.`);
    return undefined;
  }
}

async function computeMissing(
  { folder, shards, openExtractor, signal, progress, log }: FeatureComputation,
  id: string,
  known: readonly (ShardSummary | undefined)[],
): Promise<ShardSummary[]> {
  const total = shards.reduce((sum, { count }) => sum + count, 0);
  const made = [...known];
  const missing = shards.flatMap((_, at) => (known[at] === undefined ? [at] : []));
  if (missing.length === 0) return made as ShardSummary[];
  let done = total - missing.reduce((sum, at) => sum + shards[at]!.count, 0);
  if (done > 0) log.info(`Going on after ${done} of ${total} images whose features an earlier run computed`);
  const extractor = await openExtractor();
  let written: Promise<void> = Promise.resolve();
  try {
    let next = shards[missing[0]!]!.load();
    for (const [turn, at] of missing.entries()) {
      const rows = await next;
      const following = missing[turn + 1];
      if (following !== undefined) {
        next = shards[following]!.load();
        // Awaited in the next turn; a failure before then is not unhandled.
        next.catch(() => undefined);
      }
      const features = await extractRows(rows, extractor, signal, (count) => {
        progress({ done: done + count, total, unit: 'images' });
      });
      done += shards[at]!.count;
      await written;
      written = writeFeatureShard(folder, at, id, { ...rows, features });
      written.catch(() => undefined);
      made[at] = { count: rows.count, features: extractor.features, splits: rows.splits };
    }
    await written;
    return made as ShardSummary[];
  } finally {
    await written.catch(() => undefined);
    await extractor.dispose();
  }
}

/** A bounded batch at a time: while one is computed the next is on its way to the worker. */
async function extractRows(
  { images, count }: ImageRows,
  extractor: FeatureExtractor,
  signal: AbortSignal,
  onRows: (done: number) => void,
): Promise<Float32Array> {
  const features = new Float32Array(count * extractor.features);
  const size = images.length / Math.max(count, 1);
  const batch = Math.max(1, Math.floor(BATCH_BYTES / size));
  const starts = Array.from({ length: Math.ceil(count / batch) }, (_, index) => index * batch);
  const extract = (start: number): Promise<Float32Array> => {
    signal.throwIfAborted();
    const rows = Math.min(batch, count - start);
    return extractor.extract(images.subarray(start * size, (start + rows) * size), rows);
  };
  let done = 0;
  for await (const values of overlap(starts, extract)) {
    features.set(values, done * extractor.features);
    done += values.length / extractor.features;
    onRows(done);
  }
  return features;
}

/** 64 images of 128 × 128 in colour, 20 of 224 × 224: more are no faster and want more memory. */
const BATCH_BYTES = 3 * 1024 * 1024;

function countSplits(shards: readonly ShardSummary[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { splits } of shards) for (const split of splits) counts[split] = (counts[split] ?? 0) + 1;
  return counts;
}
