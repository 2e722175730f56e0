import { DataError, NotFoundError } from '../../../core/errors.ts';
import type { Samples } from '../../../core/samples.ts';
import { readFeatureIndex } from './feature-index.ts';
import { readFeatureShard } from './feature-shard.ts';

/**
 * The features of a split from one or several complete caches, one after the other: the images as they are, then their changed
 * copies. In the order of the images.
 * @throws NotFoundError when a cache is not there, DataError when one is damaged.
 */
export async function loadFeatures(folders: readonly string[], split: string): Promise<Samples> {
  const parts = await Promise.all(folders.map((folder) => loadOne(folder, split)));
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const width = parts[0]?.shape[0] ?? 0;
  const inputs = new Float32Array(count * width);
  const labels = new Int32Array(count);
  let row = 0;
  for (const part of parts) {
    inputs.set(part.inputs, row * width);
    labels.set(part.labels, row);
    row += part.count;
  }
  return { inputs, labels, count, shape: [width] };
}

async function loadOne(folder: string, split: string): Promise<Samples> {
  const index = await readFeatureIndex(folder);
  if (index === undefined) throw new NotFoundError(`There is no complete feature cache at ${folder}. Run hpo again.`);
  const count = index.splits[split] ?? 0;
  const width = index.features;
  const inputs = new Float32Array(count * width);
  const labels = new Int32Array(count);
  let row = 0;
  for (const at of index.shards.keys()) {
    const shard = await readFeatureShard(folder, at, index.id);
    for (const [from, owner] of (shard?.splits ?? []).entries()) {
      if (owner !== split || row === count) continue;
      inputs.set(shard!.features.subarray(from * width, (from + 1) * width), row * width);
      labels[row] = shard!.labels[from]!;
      row += 1;
    }
  }
  if (row === count) return { inputs, labels, count, shape: [width] };
  throw new DataError(
    `${folder} is damaged: ${count} ${split} rows expected, ${row} found. Delete it; it is made anew.`,
  );
}
