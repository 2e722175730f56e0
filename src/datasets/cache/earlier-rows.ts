import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetVersionId, TensorCacheId } from '../../core/ids.ts';
import { isMislabelled, namedFormat, type ImageFormat } from '../decode/image-format.ts';
import type { PrepSettings, SplitName } from '../tensor-cache.ts';
import { readManifest, type Manifest } from '../version/manifest.ts';
import { versionPath } from '../version/version-paths.ts';
import { CACHES_FOLDER, cachePath, readCacheIndex, tensorCacheId, type CacheIndex } from './cache-index.ts';
import { planShards, type FileSample, type ShardJob } from './plan-shards.ts';
import { readShardSummary, samplesOfRows, type ShardSummary } from './shard.ts';

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
  const others = jobs.some(({ kind }) => kind === 'files') ? await listOtherCaches(options) : [];
  const wanted = new Set(others.length === 0 ? [] : jobs.flatMap(keysOf));
  const rows = new Map<string, FoundRow>();
  const caches: string[] = [];
  for (const folder of others) {
    if (rows.size === wanted.size) break;
    const before = rows.size;
    const cache = caches.length;
    await rowsOf(folder, options, (key, row) => {
      if (wanted.has(key) && !rows.has(key)) rows.set(key, { ...row, cache });
    }).catch(() => undefined);
    if (rows.size > before) caches.push(folder);
  }
  if (rows.size === 0) return { caches, jobs, found: 0 };
  let found = 0;
  const filled = jobs.map((job): ShardJob => {
    if (job.kind === 'idx') return job;
    const samples = job.samples.map((sample) => {
      const row = rows.get(keyOf(sample));
      const earlier = row && earlierOf(row, sample);
      if (earlier === undefined) return sample;
      found += 1;
      return { ...sample, earlier };
    });
    return { ...job, samples };
  });
  return { caches, jobs: filled, found };
}

type FoundRow = CachedRow & { readonly cache: number };
type Earlier = NonNullable<FileSample['earlier']>;

/** A file without an ending that has got one is read again: whether it is mislabelled must be seen in its bytes. */
function earlierOf({ path: before, otherwise, ...place }: FoundRow, { path: name }: FileSample): Earlier | undefined {
  const moved = before !== name;
  const format = otherwise ?? (moved ? namedFormat(before) : undefined);
  if (moved && format === undefined && namedFormat(name) !== undefined) return undefined;
  const isOther = format !== undefined && isMislabelled(name, format);
  return isOther ? { ...place, moved, mislabelledAs: format } : { ...place, moved };
}

function keysOf(job: ShardJob): string[] {
  return job.kind === 'files' ? job.samples.map(keyOf) : [];
}

function keyOf({ sha256, set }: Pick<FileSample, 'sha256' | 'set'>): string {
  return set === undefined ? sha256 : `${sha256} ${set}`;
}

async function listOtherCaches({ dataDir, id }: EarlierOptions): Promise<string[]> {
  const names = await readdir(path.join(dataDir, CACHES_FOLDER)).catch(() => []);
  const own = path.join(dataDir, cachePath(id));
  return names.map((name) => path.join(dataDir, CACHES_FOLDER, name)).filter((folder) => folder !== own);
}

type CachedRow = {
  readonly path: string;
  readonly split: SplitName;
  readonly shard: number;
  readonly row: number;
  /** What the file's bytes say, where its name ended otherwise. */
  readonly otherwise: ImageFormat | undefined;
};

type TellRow = (key: string, row: CachedRow) => void;

/** Tells all rows of a cache, where they can be taken. */
async function rowsOf(folder: string, { dataDir, settings, manifest }: EarlierOptions, tell: TellRow): Promise<void> {
  const index = await readCacheIndex(folder);
  if (index === undefined || !hasSettings(index, settings)) return;
  const version = index.datasetVersionId as DatasetVersionId;
  const found = await readManifest(path.join(dataDir, versionPath(version)));
  if (found?.id !== version || hasValidationSet(found.manifest) !== hasValidationSet(manifest)) return;
  const jobs = planShards(found.manifest, settings);
  const shards = await Promise.all(jobs.map((job) => readShardSummary(folder, job.index, index.id)));
  jobs.forEach((job, at) => tellRows(job, shards[at], tell));
}

function tellRows(job: ShardJob, shard: ShardSummary | undefined, tell: TellRow): void {
  if (job.kind === 'idx' || shard === undefined) return;
  const mislabelled = new Map(shard.mislabelled.map(({ path: name, format }) => [name, format]));
  samplesOfRows(job.samples, shard)?.forEach((sample, row) => {
    const { path: name } = sample;
    const otherwise = mislabelled.get(name);
    tell(keyOf(sample), { path: name, shard: job.index, row, split: shard.splits[row]!, otherwise });
  });
}

/** An index does not tell its settings, but its id is made of them. */
function hasSettings({ id, datasetVersionId }: CacheIndex, settings: PrepSettings): boolean {
  return tensorCacheId(datasetVersionId as DatasetVersionId, settings) === id;
}

/** Whether the source names validation samples itself; then none are taken from its training samples. */
export function hasValidationSet({ files }: Manifest): boolean {
  return files.some(({ set }) => set === 'validation');
}
