import type { Logger } from '../../core/logger.ts';
import { sayOnce } from '../../core/say-once.ts';
import { identifyProcess, livenessOf } from '../../engine/this-process.ts';
import { ownsOpenFlowRun } from '../../registry/flow-runs.ts';
import { listTrials, type TrialRow } from '../../registry/trials.ts';
import type { StudyPlan } from '../../training/search/optimize.ts';
import { task } from '../flow-api.ts';
import { loadStudy, type StudyReference } from '../studies.ts';
import { studySettings } from '../study-settings.ts';
import type { CacheReference } from '../tensor-caches.ts';
import { trialBoard, trialTableRow } from '../trial-board.ts';

/** What `runTrials` takes. */
export type RunTrialsInput = {
  readonly study: StudyReference;
  readonly cache: CacheReference;
  readonly workers: number;
  readonly trials: number;
  readonly failOnFailedTrials: boolean;
  /** Whether trainings record CPU, memory, disk and images a second; default true. */
  readonly systemMetrics?: boolean | undefined;
};

/**
 * Runs the trials of a study, several at once, each a training in a process of its own and recorded as a training run.
 * A failed trial is recorded and the study goes on; complete trials of a stopped study are kept.
 */
export const runTrials = task(
  { name: 'run-trials' },
  async (input: RunTrialsInput, context): Promise<{ readonly complete: number; readonly failed: number }> => {
    const { optimize } = await import('../../training/search/optimize.ts');
    const { runTrial } = await import('../run-trial.ts');
    const { registry, clock } = context.services;
    const study = await loadStudy(context.services, input.study);
    // Every trial tells which engine it has, and they all have the same.
    const trialContext = { ...context, log: sayOnce(context.log) };
    const board = trialBoard(studySettings(study).epochs, context.progress);
    const outcome = optimize({
      db: registry.db,
      clock,
      study,
      maxTrials: input.trials,
      workers: input.workers,
      owner: identifyProcess()!,
      isAlive: async (owner) => livenessOf(owner) !== 'dead' && (await ownsOpenFlowRun(registry.db, owner)),
      failOnFailedTrials: input.failOnFailedTrials,
      signal: context.signal,
      onPlan: (plan) => {
        board.plan(plan);
        context.log.info(planSentence(plan));
      },
      onTrial: (trial) => {
        board.show(trial);
        logTrial(trial, context.log);
      },
      runTrial: (trial, signal) => {
        const { cache, systemMetrics } = input;
        return runTrial(trial, { study, cachePath: cache.path, context: trialContext, signal, board, systemMetrics });
      },
    });
    try {
      const { complete, failed } = await outcome;
      return { complete, failed };
    } finally {
      const trials = await listTrials(registry.db, study.id);
      await context.artifacts.table('trials', trials.map(trialTableRow));
    }
  },
);

function planSentence({ planned, size, kept, retried }: StudyPlan): string {
  const points = size === undefined ? 'an endless space' : `${size} points`;
  const notes = [
    ...(kept > 0 ? [`${kept} are complete already`] : []),
    ...(retried > 0 ? [`${retried} run again`] : []),
  ];
  return `${planned} trials of ${points}${notes.length > 0 ? `; ${notes.join(', ')}` : ''}`;
}

function logTrial({ number, state, value, params, error }: TrialRow, log: Logger): void {
  if (state === 'running') log.debug(`Trial ${number} started`, params);
  else if (value !== null) log.info(`Trial ${number}: validation accuracy ${value.toFixed(4)}`, params);
  else log.warn(`Trial ${number} ${state}: ${error?.message ?? 'no value'}`, params);
}
