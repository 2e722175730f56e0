import { z } from 'zod';
import { runJobs, type JobsOptions } from '../children/run-jobs.ts';
import type { DecodeSetup } from './decode-setup.ts';
import { sizeOfJob, type ShardJob } from './plan-shards.ts';

/** The shards to write, and what they have in common. */
export type ShardsPlan = { readonly setup: DecodeSetup; readonly jobs: readonly ShardJob[] };

type DecodeOptions = Pick<JobsOptions<DecodeSetup, ShardJob, null>, 'signal' | 'onProgress' | 'onChild'> & {
  /** Told while a child starts. */
  readonly plan: () => Promise<ShardsPlan>;
  /** Child processes at once, at most. */
  readonly workers: number;
};

/** Writes the shards of all jobs in child processes. Rejects as `runJobs` does; shards that are finished stay. */
export async function decodeShards({ plan, workers, ...options }: DecodeOptions): Promise<void> {
  await runJobs({
    ...options,
    plan: async () => {
      const planned = await plan();
      const work = planned.jobs.reduce((sum, job) => sum + workOf(job), 0);
      return { ...planned, workers: Math.min(workers, Math.ceil(work / WORTH_A_CHILD)) };
    },
    program: new URL('./decode-child.js', import.meta.url),
    sizeOf: sizeOfJob,
    result: z.null(),
    whenKilled: 'If memory ran out, lower decodeWorkers; finished shards are kept.',
  });
}

/** In images: a child's start takes as long as half of them. */
const WORTH_A_CHILD = 512;
/** Of the time that decoding takes. */
const COPYING = 0.05;

function workOf(job: ShardJob): number {
  if (job.kind === 'idx') return sizeOfJob(job);
  return job.samples.reduce((sum, { earlier }) => sum + (earlier === undefined ? 1 : COPYING), 0);
}
