// The entry of a scoring thread (score-model.ts): it takes one job, answers once and ends.
import { parentPort, workerData } from 'node:worker_threads';
import { toRunError } from '../../core/errors.ts';
import { scoreSplit } from './score-split.ts';
import type { ScoringJob } from './scored-split.ts';

/** What the thread says at its end. */
export type ScoringAnswer =
  | { readonly kind: 'scored'; readonly scored: unknown }
  | { readonly kind: 'failure'; readonly error: ReturnType<typeof toRunError> };

const answer = await scoreSplit(workerData as ScoringJob).then(
  (scored): ScoringAnswer => ({ kind: 'scored', scored }),
  (error: unknown): ScoringAnswer => ({ kind: 'failure', error: toRunError(error) }),
);
parentPort?.postMessage(answer);
