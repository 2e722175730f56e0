import { z } from 'zod';
import { runJobs, type JobsOptions } from '../children/run-jobs.ts';
import type { DecodeSetup } from './decode-setup.ts';
import { sizeOfJob, type ShardJob } from './plan-shards.ts';

type DecodeOptions = Pick<
  JobsOptions<DecodeSetup, ShardJob, null>,
  'plan' | 'mostJobs' | 'workers' | 'signal' | 'onProgress' | 'onChild'
>;

/** Writes the shards of all jobs in child processes. Rejects as `runJobs` does; shards that are finished stay. */
export async function decodeShards(options: DecodeOptions): Promise<void> {
  await runJobs({
    ...options,
    program: new URL('./decode-child.js', import.meta.url),
    sizeOf: sizeOfJob,
    result: z.null(),
    whenKilled: 'If memory ran out, lower decodeWorkers; finished shards are kept.',
  });
}
