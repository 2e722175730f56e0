import type { ChildProcess } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConflictError, DataError, NotFoundError, ParameterError } from '../../core/errors.ts';
import type { DatasetVersionId, TensorCacheId } from '../../core/ids.ts';
import type { Logger, ReportProgress } from '../../core/logger.ts';
import { writeJsonAtomic } from '../../storage/atomic-write.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import { syncFolderTree } from '../../storage/sync-folder.ts';
import { refuseDetection } from '../boxes/refuse-detection.ts';
import type { DatasetVersion } from '../dataset-version.ts';
import type { PrepSettings, TensorCacheSummary } from '../tensor-cache.ts';
import { readManifest, type Manifest } from '../version/manifest.ts';
import { FILES_FOLDER } from '../version/version-paths.ts';
import {
  cachePath,
  INDEX_NAME,
  markCacheUsed,
  readCacheIndex,
  summarise,
  tensorCacheId,
  type CacheIndex,
} from './cache-index.ts';
import { checkBrokenShare, checkClasses, countClasses, countSplits } from './check-cache.ts';
import { findEarlierRows, hasValidationSet } from './earlier-rows.ts';
import { makeShards } from './make-shards.ts';
import { planShards, sizeOfJob, type ShardJob } from './plan-shards.ts';
import { readShardSummary, shardName, type ShardSummary } from './shard.ts';

export type PrepareOptions = {
  readonly dataDir: string;
  readonly version: Pick<DatasetVersion, 'path'>;
  readonly settings: PrepSettings;
  /** Child processes that decode at once. */
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly log: Logger;
  readonly onChild?: (child: ChildProcess) => void;
};

/**
 * Makes the tensor cache of a dataset version, or returns it when it is complete. Shards that an interrupted run left are
 * kept, and rows that caches of other versions have are taken from them; two processes may prepare the same cache at once, because both write the same shards and each appears whole. Throws
 * ParameterError for settings that do not fit, DataError when too many images are broken, or when a class has no training
 * or no test samples, EnvironmentError when the disk does not take it.
 */
export async function prepareTensorCache(options: PrepareOptions): Promise<TensorCacheSummary> {
  const { dataDir, version, settings, log } = options;
  const versionFolder = path.join(dataDir, version.path);
  const found = await readManifest(versionFolder);
  if (found === undefined)
    throw new NotFoundError(`There is no complete dataset version at ${versionFolder}. Collect it.`);
  refuseDetection(found.manifest);
  checkSettings(settings, found.manifest);
  const id = tensorCacheId(found.id, settings);
  const folder = path.join(dataDir, cachePath(id));
  const present = await readCacheIndex(folder);
  if (present !== undefined) {
    if (present.id !== id) throw new ConflictError(`${folder} belongs to another tensor cache. Move it away.`);
    checkBrokenShare(present.broken, totalOf(present), settings.maxBrokenShare);
    await markCacheUsed(folder);
    log.info(`Tensor cache ${cachePath(id)} is complete already`);
    return summarise(present);
  }
  try {
    await mkdir(folder, { recursive: true });
    const shards = await writeShards({ ...options, id, folder, versionFolder, manifest: found.manifest });
    const index = await describeCache(shards, {
      id,
      folder,
      datasetVersionId: found.id,
      settings,
      manifest: found.manifest,
    });
    await syncFolderTree(folder);
    await writeJsonAtomic(path.join(folder, INDEX_NAME), index);
    return summarise(index);
  } catch (error) {
    await removeLeftovers(folder).catch(() => undefined);
    throw explainFileError(error, folder);
  }
}

function checkSettings({ split }: PrepSettings, { testSamples }: Manifest): void {
  if (split.kind === 'folders' && testSamples === 0) {
    throw new ParameterError(
      'split "folders" needs a source with a test set of its own; this one has none. Use "hash".',
    );
  }
  const shares = split.kind === 'hash' ? [split.train, split.validation, split.test] : [split.validation];
  const sum = shares.reduce((total, share) => total + share, 0);
  const isWrong = shares.some((share) => !(share >= 0 && share < 1));
  if (isWrong || (split.kind === 'hash' && Math.abs(sum - 1) > 1e-6)) {
    throw new ParameterError(
      `The shares of the split must be at least 0, below 1 and add up to 1; received ${shares.join(', ')}.`,
    );
  }
}

function totalOf({ splits, broken }: CacheIndex): number {
  return splits.train + splits.validation + splits.test + (splits.apart ?? 0) + broken.length;
}

type WriteOptions = PrepareOptions & {
  readonly id: TensorCacheId;
  readonly folder: string;
  readonly versionFolder: string;
  readonly manifest: Manifest;
};

async function writeShards(options: WriteOptions): Promise<ShardSummary[]> {
  const { dataDir, id, folder, versionFolder, manifest, settings, workers, signal, progress, log } = options;
  const { height, width, channels, split } = settings;
  const shape = { height, width, channels };
  await removeLeftovers(folder);
  const jobs = planShards(manifest, shape);
  const present = new Set(await readdir(folder));
  const known = await Promise.all(
    jobs.map((job) =>
      present.has(shardName(job.index)) ? findShard(folder, job, id, log) : Promise.resolve(undefined),
    ),
  );
  const missing = jobs.filter((_, at) => known[at] === undefined);
  const kept = manifest.samples - missing.reduce((sum, job) => sum + sizeOfJob(job), 0);
  if (kept > 0) log.info(`Going on after ${kept} of ${manifest.samples} images that an earlier run decoded`);
  if (missing.length === 0) return known.flatMap((shard) => shard ?? []);
  const plan = async () => {
    const earlier = await findEarlierRows(missing, { dataDir, id, settings, manifest });
    if (earlier.found > 0) log.info(`${earlier.found} images are taken from tensor caches of other versions`);
    const setup = {
      ...{ cacheId: id, cacheFolder: folder, filesFolder: path.join(versionFolder, FILES_FOLDER) },
      ...{ earlierCaches: [...earlier.caches], shape, classNames: manifest.classNames, split },
      hasValidationSet: hasValidationSet(manifest),
    };
    return { setup, jobs: earlier.jobs };
  };
  const made = await makeShards(plan, {
    ...{ workers, signal },
    onProgress: (done) => progress({ done: kept + done, total: manifest.samples, unit: 'images' }),
    onChild: options.onChild ?? (() => undefined),
  });
  return Promise.all(
    jobs.map(async (job, at) => known[at] ?? made.get(job.index) ?? (await mustRead(folder, job, id))),
  );
}

/** A shard that is damaged is made anew. */
async function findShard(folder: string, job: ShardJob, id: string, log: Logger): Promise<ShardSummary | undefined> {
  try {
    return await readShardSummary(folder, job.index, id);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    log.warn(`${error.message} It is decoded again.`);
    return undefined;
  }
}

async function mustRead(folder: string, job: ShardJob, id: string): Promise<ShardSummary> {
  const summary = await readShardSummary(folder, job.index, id);
  if (summary === undefined)
    throw new DataError(`${path.join(folder, shardName(job.index))} vanished. Run prep again.`);
  return summary;
}

/** Removes what processes left that no longer live; the name of a temporary file holds the id of its process. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^\..*\.(\d+)-[^.]*\.tmp$/u.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(path.join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const MOST_EXAMPLES = 100;

type DescribeOptions = Pick<WriteOptions, 'id' | 'folder' | 'settings' | 'manifest'> & {
  readonly datasetVersionId: DatasetVersionId;
};

async function describeCache(
  shards: readonly ShardSummary[],
  { id, folder, datasetVersionId, settings, manifest }: DescribeOptions,
): Promise<CacheIndex> {
  const { classNames } = manifest;
  const broken = shards.flatMap((shard) => shard.broken);
  const mislabelled = shards.flatMap((shard) => shard.mislabelled);
  const classCounts = countClasses(shards, classNames.length);
  checkBrokenShare(broken, manifest.samples, settings.maxBrokenShare);
  checkClasses(classCounts, classNames, settings.split);
  const { height, width, channels } = settings;
  return {
    format: 1,
    id,
    datasetVersionId,
    image: { height, width, channels },
    classNames,
    splits: countSplits(classCounts),
    classCounts,
    shards: await Promise.all(
      shards.map(async ({ count }, at) => {
        const file = shardName(at);
        return { file, count, bytes: (await stat(path.join(folder, file))).size };
      }),
    ),
    broken,
    mislabelled: { images: mislabelled.length, examples: mislabelled.slice(0, MOST_EXAMPLES) },
  };
}
