import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetVersionId, TensorCacheId } from '../../core/ids.ts';
import { isMislabelled, namedFormat, type ImageFormat } from '../decode/image-format.ts';
import type { PrepSettings } from '../tensor-cache.ts';
import { readManifest, type Manifest } from '../version/manifest.ts';
import { versionPath } from '../version/version-paths.ts';
import { CACHES_FOLDER, cachePath, readCacheIndex, tensorCacheId, type CacheIndex } from './cache-index.ts';
import { planShards, type FileSample, type ShardJob } from './plan-shards.ts';
import { readShardSummary } from './shard.ts';

/** The rows of caches that other dataset versions have under the same settings. */
export type EarlierRows = {
  /** Absolute folders of the caches that rows were found in. */
  readonly caches: readonly string[];
  /** The jobs, their samples with the earlier row where there is one. */
  readonly jobs: readonly ShardJob[];
  /** How many samples have one. */
  readonly found: number;
};

export type EarlierOptions = {
  readonly dataDir: string;
  readonly id: TensorCacheId;
  readonly settings: PrepSettings;
  readonly manifest: Manifest;
};

/**
 * Finds rows that need not be decoded: of the same file, in a complete cache of the same settings. A row's split is kept with
 * it, so the source's own sets must be the same. What cannot be read is passed over: its images are decoded.
 */
export async function findEarlierRows(jobs: readonly ShardJob[], options: EarlierOptions): Promise<EarlierRows> {
  const wanted = new Set(jobs.flatMap((job) => (job.kind === 'files' ? job.samples.map(keyOf) : [])));
  const rows = new Map<string, FoundRow>();
  const caches: string[] = [];
  for (const folder of wanted.size === 0 ? [] : await listOtherCaches(options)) {
    if (rows.size === wanted.size) break;
    const found = await rowsOf(folder, options).catch(() => []);
    const fresh = found.filter(({ key }) => wanted.has(key) && !rows.has(key));
    if (fresh.length === 0) continue;
    for (const { key, ...row } of fresh) rows.set(key, { ...row, cache: caches.length });
    caches.push(folder);
  }
  let found = 0;
  const filled = jobs.map((job): ShardJob => {
    if (job.kind === 'idx') return job;
    const samples = job.samples.map((sample) => {
      const earlier = rows.get(keyOf(sample));
      if (earlier === undefined || !isToldApart(earlier, sample)) return sample;
      found += 1;
      return { ...sample, earlier: earlierOf(earlier, sample) };
    });
    return { ...job, samples };
  });
  return { caches, jobs: filled, found };
}

type FoundRow = Omit<KeyedRow, 'key'> & { readonly cache: number };

/** A file without an ending that has got one: whether it is mislabelled must be seen in its bytes. */
function isToldApart({ format }: FoundRow, { path: name }: FileSample): boolean {
  return format !== undefined || namedFormat(name) === undefined;
}

function earlierOf({ format, ...place }: FoundRow, { path: name }: FileSample): NonNullable<FileSample['earlier']> {
  return format !== undefined && isMislabelled(name, format) ? { ...place, mislabelledAs: format } : place;
}

function keyOf({ sha256, set }: Pick<FileSample, 'sha256' | 'set'>): string {
  return set === undefined ? sha256 : `${sha256} ${set}`;
}

async function listOtherCaches({ dataDir, id }: EarlierOptions): Promise<string[]> {
  const names = await readdir(path.join(dataDir, CACHES_FOLDER)).catch(() => []);
  const own = path.join(dataDir, cachePath(id));
  return names.map((name) => path.join(dataDir, CACHES_FOLDER, name)).filter((folder) => folder !== own);
}

type KeyedRow = {
  readonly key: string;
  readonly shard: number;
  readonly row: number;
  /** What the file's bytes say; undefined where neither its name nor the shard tells. */
  readonly format: ImageFormat | undefined;
};

async function rowsOf(folder: string, { dataDir, settings, manifest }: EarlierOptions): Promise<KeyedRow[]> {
  const index = await readCacheIndex(folder);
  if (index === undefined || !hasSettings(index, settings)) return [];
  const version = index.datasetVersionId as DatasetVersionId;
  const found = await readManifest(path.join(dataDir, versionPath(version)));
  if (found?.id !== version || hasValidationSet(found.manifest) !== hasValidationSet(manifest)) return [];
  const shards = planShards(found.manifest, settings).map((job) => rowsOfShard(job, folder, index.id));
  return (await Promise.all(shards)).flat();
}

async function rowsOfShard(job: ShardJob, folder: string, cacheId: string): Promise<KeyedRow[]> {
  if (job.kind === 'idx') return [];
  const shard = await readShardSummary(folder, job.index, cacheId);
  const broken = new Set(shard?.broken.map((image) => image.path));
  const whole = job.samples.filter((sample) => !broken.has(sample.path));
  if (shard?.count !== whole.length) return [];
  const mislabelled = new Map(shard.mislabelled.map(({ path: name, format }) => [name, format]));
  return whole.map((sample, row) => ({
    ...{ key: keyOf(sample), shard: job.index, row },
    format: mislabelled.get(sample.path) ?? namedFormat(sample.path),
  }));
}

/** An index does not tell its settings, but its id is made of them. */
function hasSettings({ id, datasetVersionId }: CacheIndex, settings: PrepSettings): boolean {
  return tensorCacheId(datasetVersionId as DatasetVersionId, settings) === id;
}

/** Whether the source names validation samples itself; then none are taken from its training samples. */
export function hasValidationSet({ files }: Manifest): boolean {
  return files.some(({ set }) => set === 'validation');
}
