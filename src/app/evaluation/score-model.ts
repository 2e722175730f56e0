import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CrashedError } from '../../core/errors.ts';
import { errorFromChild } from '../training-failure.ts';
import { scoredSplitSchema, type ScoredSplit, type ScoringJob } from './scored-split.ts';
import type { ScoringAnswer } from './scoring-thread.ts';

/**
 * Scores a model on a split in a thread of its own, so that this one stays responsive.
 * @throws what opening the model or the cache throws; CrashedError when the thread died, the signal's reason when aborted.
 */
export async function scoreModel(job: ScoringJob, signal: AbortSignal): Promise<ScoredSplit> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./scoring-thread.js', import.meta.url), { name: 'scoring', workerData: job });
  try {
    const answer = await Promise.race([
      once(worker, 'message', { signal }).then(([message]) => message as ScoringAnswer),
      once(worker, 'exit', { signal }).then(([code]) => {
        throw new CrashedError(`The thread that scored the model ended with code ${code} and no result.`);
      }),
    ]);
    if (answer.kind === 'failure') throw errorFromChild(answer.error);
    return scoredSplitSchema.parse(answer.scored);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    await worker.terminate();
  }
}
