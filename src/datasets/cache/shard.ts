import path from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import { writeFileAtomic } from '../../storage/atomic-write.ts';
import {
  encodeSafetensors,
  readSafetensors,
  withSafetensors,
  type SafetensorsContent,
} from '../../storage/safetensors.ts';
import type { ImageShape } from '../decode/pixels.ts';
import { SPLIT_NAMES, type BrokenImage, type MislabelledImage, type SplitName } from '../tensor-cache.ts';
import { mislabelledSchema } from './cache-index.ts';

/** Decoded samples on their way into one file. */
export type ShardRow = {
  /** uint8 `[height, width, channels]`. */
  readonly image: Uint8Array;
  readonly label: number;
  readonly split: SplitName;
  /** 32 bytes. */
  readonly sampleId: Uint8Array;
};

export type ShardContent = {
  readonly cacheId: string;
  readonly shape: ImageShape;
  readonly classNames: readonly string[];
  readonly rows: readonly ShardRow[];
  readonly broken: readonly BrokenImage[];
  readonly mislabelled: readonly MislabelledImage[];
};

/** What the index keeps of a shard. */
export type ShardSummary = {
  readonly count: number;
  readonly labels: Int32Array;
  readonly splits: readonly SplitName[];
  readonly broken: readonly BrokenImage[];
  readonly mislabelled: readonly MislabelledImage[];
};

/** The file name of a shard. */
export function shardName(index: number): string {
  return `shard-${String(index).padStart(5, '0')}.safetensors`;
}

/**
 * Writes a shard, whole or not at all, and answers what is in it; what a power cut takes of it is missed by who reads it, until the folder is synced. Tensors: `images` uint8 `[n, height, width, channels]`, `labels` int32 `[n]`, `splits`
 * uint8 `[n]` (0 train, 1 validation, 2 test, 3 apart), `sample_ids` uint8 `[n, 32]`.
 */
export async function writeShard(
  folder: string,
  index: number,
  { cacheId, shape, classNames, rows, broken, mislabelled }: ShardContent,
): Promise<ShardSummary> {
  const { height, width, channels } = shape;
  const labels = Int32Array.from(rows, ({ label }) => label);
  // The wider numbers first, so that they lie aligned.
  const tensors: SafetensorsContent['tensors'] = {
    labels: { dtype: 'I32', shape: [rows.length], data: new Uint8Array(labels.buffer) },
    images: {
      dtype: 'U8',
      shape: [rows.length, height, width, channels],
      data: inFewPieces(rows.map(({ image }) => image)),
    },
    splits: {
      dtype: 'U8',
      shape: [rows.length],
      data: Uint8Array.from(rows, ({ split }) => SPLIT_NAMES.indexOf(split)),
    },
    sample_ids: { dtype: 'U8', shape: [rows.length, 32], data: Buffer.concat(rows.map(({ sampleId }) => sampleId)) },
  };
  const metadata = {
    tensor_cache: cacheId,
    class_names: JSON.stringify(classNames),
    split_names: JSON.stringify(SPLIT_NAMES),
    broken: JSON.stringify(broken),
    mislabelled: JSON.stringify(mislabelled),
  };
  await writeFileAtomic(path.join(folder, shardName(index)), encodeSafetensors({ tensors, metadata }), {
    sync: 'later',
  });
  return { count: rows.length, labels, splits: rows.map(({ split }) => split), broken, mislabelled };
}

/** Rows that were taken from another shard lie side by side in memory and need not be copied; a piece costs more than a copy. */
function inFewPieces(rows: readonly Uint8Array[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const row of rows) {
    const last = pieces.at(-1);
    const isNext = last?.buffer === row.buffer && last.byteOffset + last.length === row.byteOffset;
    if (isNext) pieces[pieces.length - 1] = new Uint8Array(row.buffer, last.byteOffset, last.length + row.length);
    else pieces.push(row);
  }
  return pieces.length <= MOST_PIECES ? pieces : [Buffer.concat(rows)];
}

const MOST_PIECES = 32;

/** Reads all but the images; undefined when the shard is not there. Throws DataError when it is damaged or another cache's. */
export async function readShardSummary(
  folder: string,
  index: number,
  cacheId: string,
): Promise<ShardSummary | undefined> {
  const file = path.join(folder, shardName(index));
  try {
    const { tensors, metadata } = await readSafetensors(file, ['labels', 'splits']);
    if (metadata.tensor_cache !== cacheId) throw new DataError(`${file} belongs to another tensor cache.`);
    const labels = toInt32(tensors.labels!.data);
    return {
      count: labels.length,
      labels,
      splits: toSplits(tensors.splits!.data),
      broken: brokenSchema.parse(JSON.parse(metadata.broken ?? '[]')),
      mislabelled: z.array(mislabelledSchema).parse(JSON.parse(metadata.mislabelled ?? '[]')),
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Reads the images of some rows of a shard, neighbours in one go and nothing besides, one after the other into `images`: uint8
 * `[rows, height, width, channels]`. Answers the sample ids of all rows, 32 bytes each. Throws DataError as `readSafetensors`.
 */
export function readShardRows(file: string, rows: readonly number[], images: Uint8Array): Promise<Uint8Array> {
  const imageBytes = images.length / rows.length;
  return withSafetensors(file, async ({ read }) => {
    let at = 0;
    for (const [first, end] of runsOf(rows)) {
      const length = (end - first) * imageBytes;
      await read('images', first * imageBytes, images.subarray(at, at + length));
      at += length;
    }
    return read('sample_ids');
  });
}

/** Where numbers that follow one another begin and end. */
function runsOf(rows: readonly number[]): [first: number, end: number][] {
  const runs: [first: number, end: number][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.[1] === row) last[1] += 1;
    else runs.push([row, row + 1]);
  }
  return runs;
}

/**
 * The samples that have a row in a shard, in the order of its rows: all that it is made from but the broken ones. Undefined when
 * the shard has another number of rows.
 */
export function samplesOfRows<Sample extends { readonly path: string }>(
  samples: readonly Sample[],
  { count, broken }: Pick<ShardSummary, 'count' | 'broken'>,
): readonly Sample[] | undefined {
  const left = new Set(broken.map(({ path: place }) => place));
  const whole = left.size === 0 ? samples : samples.filter(({ path: place }) => !left.has(place));
  return whole.length === count ? whole : undefined;
}

/** Reads a shard with its images. */
export async function readShard(file: string) {
  const { tensors } = await readSafetensors(file);
  const { images, labels, splits, sample_ids: sampleIds } = tensors;
  if (!images || !labels || !splits || !sampleIds) throw new DataError(`${file} is not a shard of a tensor cache.`);
  return {
    images: images.data,
    labels: toInt32(labels.data),
    splits: toSplits(splits.data),
    sampleIds: sampleIds.data,
  };
}

const brokenSchema = z.array(z.object({ path: z.string(), reason: z.string() }));

function toInt32(data: Uint8Array): Int32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Int32Array.from({ length: data.length / 4 }, (_, index) => view.getInt32(index * 4, true));
}

function toSplits(data: Uint8Array): SplitName[] {
  return Array.from(data, (code) => SPLIT_NAMES[code] ?? 'train');
}
