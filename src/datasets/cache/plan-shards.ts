import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import { IMAGE_FORMATS } from '../decode/image-format.ts';
import type { ImageShape } from '../decode/pixels.ts';
import { SPLIT_NAMES } from '../tensor-cache.ts';
import type { Manifest } from '../version/manifest.ts';

const fileSample = z.object({
  path: z.string(),
  sha256: z.string(),
  /** Absent in a detection dataset, of which no tensor cache is made. */
  label: z.int().exactOptional(),
  set: z.enum(['train', 'validation', 'test']).exactOptional(),
  /** Where it is decoded already: a row of a shard of another cache, by the cache's place in the setup. */
  earlier: z
    .object({
      ...{ cache: z.int(), shard: z.int(), row: z.int(), split: z.enum(SPLIT_NAMES) },
      /** Whether its path was another: then its id was another too. */
      moved: z.boolean(),
      /** What it is, where its name ends otherwise. */
      mislabelledAs: z.enum(IMAGE_FORMATS).exactOptional(),
    })
    .exactOptional(),
});

/** What goes into one shard: image files, or a range of an IDX set. */
export const shardJobSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('files'), index: z.int(), samples: z.array(fileSample) }),
  z.object({ kind: z.literal('idx'), index: z.int(), set: z.enum(['train', 'test']), from: z.int(), to: z.int() }),
]);

export type ShardJob = z.infer<typeof shardJobSchema>;
export type FileSample = z.infer<typeof fileSample>;

/**
 * Divides a version's samples into shards, in the order of the manifest. Depends on nothing but the version and the image
 * shape: whoever prepares the same cache makes the same shards.
 */
export function planShards(manifest: Manifest, shape: ImageShape): ShardJob[] {
  const imageBytes = shape.height * shape.width * shape.channels;
  if (manifest.layout === 'idx') return planIdx(manifest, rowsOf(imageBytes, MAX_IDX_ROWS));
  const samples: FileSample[] = [];
  for (const { path, sha256, label, boxes, set } of manifest.files) {
    const sample = set === undefined ? { path, sha256 } : { path, sha256, set };
    if (label !== undefined) samples.push({ ...sample, label });
    else if (boxes !== undefined) samples.push(sample);
  }
  if (samples.length === 0) throw new DataError('The dataset version has no samples.');
  return ranges(samples.length, rowsOf(imageBytes, MAX_FILE_ROWS)).map(([from, to], index) => ({
    kind: 'files',
    index,
    samples: samples.slice(from, to),
  }));
}

/** The label of a sample of a classification dataset. Throws DataError for one that has none. */
export function labelOf({ path, label }: Pick<FileSample, 'path' | 'label'>): number {
  if (label === undefined) throw new DataError(`${path} has no class.`);
  return label;
}

/** How many samples a shard is made from. */
export function sizeOfJob(job: ShardJob): number {
  return job.kind === 'files' ? job.samples.length : job.to - job.from;
}

/** The places of the samples that a shard is made from, unique within a version: a file's path, or set and number. */
export function samplePlaces(job: ShardJob): readonly Pick<FileSample, 'path'>[] {
  if (job.kind === 'files') return job.samples;
  return Array.from({ length: sizeOfJob(job) }, (_, offset) => ({ path: `${job.set}/${job.from + offset}` }));
}

/** Decoding a file takes about a millisecond, so a shard of files is lost work of a quarter second at most. */
const MAX_FILE_ROWS = 256;
const MAX_IDX_ROWS = 4_096;
const MAX_SHARD_BYTES = 32 * 2 ** 20;

function rowsOf(imageBytes: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(MAX_SHARD_BYTES / imageBytes)));
}

function planIdx({ samples, testSamples }: Manifest, rows: number): ShardJob[] {
  const train = ranges(samples - testSamples, rows).map((range) => ['train', ...range] as const);
  const test = ranges(testSamples, rows).map((range) => ['test', ...range] as const);
  return [...train, ...test].map(([set, from, to], index) => ({ kind: 'idx', index, set, from, to }));
}

function ranges(count: number, rows: number): [from: number, to: number][] {
  return Array.from({ length: Math.ceil(count / rows) }, (_, index) => [
    index * rows,
    Math.min(count, (index + 1) * rows),
  ]);
}
