import { join } from 'node:path';
import type { Logger } from '../../core/logger.ts';
import type { TaskContext } from '../../engine/run-contexts.ts';
import { identifyProcess, livenessOf } from '../../engine/this-process.ts';
import { ownsOpenFlowRun } from '../../registry/flow-runs.ts';
import type { StudyRow } from '../../registry/studies.ts';
import { listTrials, type TrialRow } from '../../registry/trials.ts';
import { optimize, type StartedTrial, type StudyPlan, type TrialResult } from '../../training/search/optimize.ts';
import { task } from '../flow-api.ts';
import { recordTraining } from '../record-training.ts';
import type { AppServices } from '../services.ts';
import { loadStudy, type StudyReference } from '../studies.ts';
import { studySettings } from '../study-settings.ts';
import type { CacheReference } from '../tensor-caches.ts';
import { trialBoard, trialTableRow, type TrialBoard } from '../trial-board.ts';
import { trialSettings } from '../trial-settings.ts';

/** What `runTrials` takes. */
export type RunTrialsInput = {
  readonly study: StudyReference;
  readonly cache: CacheReference;
  readonly workers: number;
  readonly trials: number;
  readonly failOnFailedTrials: boolean;
};

/**
 * Runs the trials of a study, several at once, each a training in a process of its own and recorded as a training run.
 * A failed trial is recorded and the study goes on; complete trials of a stopped study are kept.
 */
export const runTrials = task(
  { name: 'run-trials' },
  async (input: RunTrialsInput, context): Promise<{ readonly complete: number; readonly failed: number }> => {
    const { registry, clock } = context.services;
    const study = await loadStudy(context.services, input.study);
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
      runTrial: (trial, signal) => runTrial(trial, { study, cachePath: input.cache.path, context, signal, board }),
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

type Scene = {
  readonly study: StudyRow;
  readonly cachePath: string;
  readonly context: TaskContext<AppServices>;
  readonly signal: AbortSignal;
  readonly board: TrialBoard;
};

async function runTrial(trial: StartedTrial, scene: Scene): Promise<TrialResult> {
  const { study, cachePath, context, signal, board } = scene;
  const { architecture, epochs, engine, trainShare } = studySettings(study);
  const { result } = await recordTraining(
    {
      name: `${study.name}-trial-${trial.number}`,
      experimentId: study.experimentId,
      datasetVersionId: study.datasetVersionId,
      tensorCacheId: study.tensorCacheId,
      trial: { id: trial.id, attempt: trial.attempt },
      job: {
        cachePath: join(context.services.project.dataDir, cachePath),
        settings: trialSettings(trial.params, { architecture, epochs, seed: study.seed }),
        engine,
        threads: 1,
        trainShare,
        evaluateOn: [],
      },
    },
    { context, signal, onEpoch: (metrics) => board.epoch(trial, metrics) },
  );
  const { accuracy, loss } = result.validation;
  return {
    value: accuracy,
    metrics: { validationAccuracy: accuracy, validationLoss: loss, bestEpoch: result.bestEpoch },
  };
}

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
