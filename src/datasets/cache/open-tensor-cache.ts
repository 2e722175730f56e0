import path from 'node:path';
import { DataError, NotFoundError } from '../../core/errors.ts';
import type { LabelledImages } from '../../core/labelled-images.ts';
import type { SplitName, TensorCacheSummary } from '../tensor-cache.ts';
import type { CacheIndex } from './cache-index.ts';

/** A complete tensor cache that is open for reading. */
export interface TensorCache {
  readonly summary: TensorCacheSummary;
  /** For each split the number of samples of each class, in the order of the class names. */
  readonly classCounts: Readonly<Partial<Record<SplitName, readonly number[]>>>;
  /** All samples of a split, in the order of the manifest; `sampleIds` are 64 hexadecimal digits. */
  load(split: SplitName): Promise<LoadedSplit>;
  /** The files, in order; each holds samples of all splits. */
  readonly shards: readonly TensorShard[];
}

/** One file of a cache; it holds samples of all splits. */
export type TensorShard = {
  readonly count: number;
  /** `sampleIds` are 32 bytes each. */
  load(): Promise<{
    readonly count: number;
    readonly images: Uint8Array;
    readonly labels: Int32Array;
    readonly splits: readonly SplitName[];
    readonly sampleIds: Uint8Array;
  }>;
};

/** The samples of a split, decoded; `sampleIds` are in the order of the images. */
export type LoadedSplit = LabelledImages & { readonly sampleIds: readonly string[] };

/** Opens a complete tensor cache by its folder. Throws NotFoundError when there is none, DataError when it is damaged. */
export async function openTensorCache(folder: string): Promise<TensorCache> {
  const { readCacheIndex, summarise } = await import('./cache-index.ts');
  const { readShard } = await import('./shard.ts');
  const index = await readCacheIndex(folder);
  if (index === undefined) throw new NotFoundError(`There is no complete tensor cache at ${folder}. Run prep.`);
  return {
    summary: summarise(index),
    classCounts: index.classCounts,
    load: (split) => loadSplit(folder, index, split),
    shards: index.shards.map(({ file, count }) => ({
      count,
      load: async () => ({ count, ...(await readShard(path.join(folder, file))) }),
    })),
  };
}

async function loadSplit(folder: string, index: CacheIndex, split: SplitName): Promise<LoadedSplit> {
  const { readShard } = await import('./shard.ts');
  const { height, width, channels } = index.image;
  const size = height * width * channels;
  const count = index.splits[split] ?? 0;
  const images = new Uint8Array(count * size);
  const labels = new Int32Array(count);
  const sampleIds: string[] = [];
  for (const { file } of index.shards) {
    const shard = await readShard(path.join(folder, file));
    for (const [at, owner] of shard.splits.entries()) {
      if (owner !== split || sampleIds.length === count) continue;
      const row = sampleIds.length;
      images.set(shard.images.subarray(at * size, (at + 1) * size), row * size);
      labels[row] = shard.labels[at]!;
      sampleIds.push(Buffer.from(shard.sampleIds.subarray(at * 32, (at + 1) * 32)).toString('hex'));
    }
  }
  if (sampleIds.length !== count) {
    throw new DataError(
      `${folder} is damaged: ${count} ${split} samples expected, ${sampleIds.length} found. Run prep anew.`,
    );
  }
  return { images, labels, count, height, width, channels, sampleIds };
}
