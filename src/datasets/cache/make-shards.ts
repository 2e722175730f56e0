import type { ChildProcess } from 'node:child_process';
import { copyShards, isCopy } from './copy-shards.ts';
import { decodeShards, type ShardsPlan } from './decode-shards.ts';
import type { ShardSummary } from './shard.ts';

export type MakeOptions = {
  /** Child processes that decode at once, at most. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Images done so far. */
  readonly onProgress: (done: number) => void;
  readonly onChild: (child: ChildProcess) => void;
};

/**
 * Writes shards: those that need no decoding here, the others meanwhile in child processes, the first of which starts while
 * `plan` is made. Answers what is in those that were written here, by number. Rejects as `runJobs` does, after all has ended;
 * shards that are finished stay.
 */
export async function makeShards(
  plan: () => Promise<ShardsPlan>,
  { workers, onChild, ...options }: MakeOptions,
): Promise<ReadonlyMap<number, ShardSummary>> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const done = { copied: 0, decoded: 0, anyway: 0 };
  const count = (part: keyof typeof done) => ({
    onProgress: (images: number) => {
      done[part] = images;
      options.onProgress(done.copied + done.decoded + done.anyway);
    },
  });
  const decode = (part: keyof typeof done, some: () => Promise<ShardsPlan>) =>
    decodeShards({ plan: some, workers, signal, onChild, ...count(part) });
  const copy = async (planned: ShardsPlan) => {
    const copied = await copyShards(planned.jobs.filter(isCopy), planned.setup, { signal, ...count('copied') });
    return { ...planned, copied };
  };
  let planned: Promise<ShardsPlan> | undefined;
  const planOnce = () => (planned ??= plan());
  const both = [
    decode('decoded', async () => {
      const { setup, jobs } = await planOnce();
      return { setup, jobs: jobs.filter((job) => !isCopy(job)) };
    }),
    planOnce().then(copy),
  ] as const;
  for (const part of both) part.catch((error: unknown) => failed.abort(error));
  await Promise.allSettled(both);
  const [, { setup, jobs, copied }] = await Promise.all(both);
  const unreadable = jobs.filter((job) => isCopy(job) && !copied.has(job.index));
  if (unreadable.length > 0) await decode('anyway', () => Promise.resolve({ setup, jobs: unreadable }));
  return copied;
}
