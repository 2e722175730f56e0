import { task } from '../flow-api.ts';
import type { RunTrialsInput } from './bodies/run-trials.ts';

export type { RunTrialsInput } from './bodies/run-trials.ts';

/**
 * Runs the trials of a study, several at once, each a training in a process of its own and recorded as a training run.
 * A failed trial is recorded and the study goes on; complete trials of a stopped study are kept.
 */
export const runTrials = task(
  { name: 'run-trials' },
  async (
    input: RunTrialsInput,
    context,
  ): Promise<{ readonly complete: number; readonly pruned: number; readonly failed: number }> => {
    const { runTrialsBody } = await import('./bodies/run-trials.ts');
    return runTrialsBody(input, context);
  },
);
