import { runConcurrently } from '../run-concurrently.ts';
import type { MislabelledImage } from '../tensor-cache.ts';
import type { DecodeSetup } from './decode-setup.ts';
import { sizeOfJob, type ShardJob } from './plan-shards.ts';
import { writeShard, type ShardRow, type ShardSummary } from './shard.ts';
import { takeFromEarlier, type TakeEarlier } from './take-earlier.ts';

type FilesJob = Extract<ShardJob, { kind: 'files' }>;

export type CopyOptions = {
  readonly signal: AbortSignal;
  /** Images copied so far. */
  readonly onProgress: (done: number) => void;
};

/** Whether all rows of a shard are in other caches, so that nothing must be decoded for it. */
export function isCopy(job: ShardJob): job is FilesJob {
  return job.kind === 'files' && job.samples.every(({ earlier }) => earlier !== undefined);
}

/** Writes shards of nothing but rows of other caches; answers what is in them, by number. Those that cannot be read any more are left out. */
export async function copyShards(
  jobs: readonly FilesJob[],
  { earlierCaches, cacheFolder, cacheId, shape, classNames }: DecodeSetup,
  { signal, onProgress }: CopyOptions,
): Promise<ReadonlyMap<number, ShardSummary>> {
  const idle = Array.from({ length: AT_ONCE }, () => takeFromEarlier(earlierCaches, shape));
  const copied = new Map<number, ShardSummary>();
  let done = 0;
  const copy = async (job: FilesJob, take: TakeEarlier) => {
    const rows = await take(job.samples);
    if (!rows.every((row): row is ShardRow => row !== undefined)) return;
    const content = { rows, broken: [], mislabelled: mislabelledOf(job) };
    copied.set(job.index, await writeShard(cacheFolder, job.index, { cacheId, shape, classNames, ...content }));
    done += sizeOfJob(job);
    onProgress(done);
  };
  await runConcurrently(jobs, AT_ONCE, signal, async (job) => {
    const take = idle.pop()!;
    await copy(job, take);
    idle.push(take);
  });
  return copied;
}

/** One is read while another is written. */
const AT_ONCE = 2;

function mislabelledOf({ samples }: FilesJob): MislabelledImage[] {
  return samples.flatMap(({ path, earlier }) =>
    earlier?.mislabelledAs === undefined ? [] : [{ path, format: earlier.mislabelledAs }],
  );
}
