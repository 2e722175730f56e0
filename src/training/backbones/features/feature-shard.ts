import { join } from 'node:path';
import { DataError } from '../../../core/errors.ts';
import { writeFileAtomic } from '../../../storage/atomic-write.ts';
import { encodeSafetensors, readSafetensors } from '../../../storage/safetensors.ts';

/** The rows of one file: `features` float32 `[count, features]`, row-major. */
export type FeatureShard = {
  readonly count: number;
  readonly features: Float32Array;
  readonly labels: Int32Array;
  readonly splits: readonly string[];
  /** 32 bytes each. */
  readonly sampleIds: Uint8Array;
};

/** The file name of a shard. */
export function featureShardName(index: number): string {
  return `features-${String(index).padStart(5, '0')}.safetensors`;
}

/**
 * Writes a shard, whole or not at all. Tensors: `features` F32 `[n, features]`, `labels` I32 `[n]`, `splits` U8 `[n]` (an index into
 * the metadata's `split_names`), `sample_ids` U8 `[n, 32]`.
 */
export async function writeFeatureShard(
  folder: string,
  index: number,
  cacheId: string,
  { count, features, labels, splits, sampleIds }: FeatureShard,
): Promise<void> {
  const splitNames = [...new Set(splits)];
  const tensors = {
    features: { dtype: 'F32', shape: [count, count === 0 ? 0 : features.length / count], data: bytesOf(features) },
    labels: { dtype: 'I32', shape: [count], data: bytesOf(labels) },
    splits: { dtype: 'U8', shape: [count], data: Uint8Array.from(splits, (split) => splitNames.indexOf(split)) },
    sample_ids: { dtype: 'U8', shape: [count, 32], data: sampleIds },
  } as const;
  const metadata = { feature_cache: cacheId, split_names: JSON.stringify(splitNames) };
  await writeFileAtomic(join(folder, featureShardName(index)), encodeSafetensors({ tensors, metadata }));
}

/**
 * Reads a shard; undefined when it is not there.
 * @throws DataError when it is damaged or another cache's.
 */
export async function readFeatureShard(
  folder: string,
  index: number,
  cacheId: string,
): Promise<FeatureShard | undefined> {
  const file = join(folder, featureShardName(index));
  try {
    const { tensors, metadata } = await readSafetensors(file, ['features', 'labels', 'splits', 'sample_ids']);
    if (metadata.feature_cache !== cacheId) throw new DataError(`${file} belongs to another feature cache.`);
    const splitNames = JSON.parse(metadata.split_names ?? '[]') as string[];
    const labels = new Int32Array(copyOf(tensors.labels!.data));
    return {
      count: labels.length,
      features: new Float32Array(copyOf(tensors.features!.data)),
      labels,
      splits: Array.from(tensors.splits!.data, (code) => splitNames[code] ?? 'train'),
      sampleIds: tensors.sample_ids!.data,
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Aligned to its own start, as numbers wider than a byte want it. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
