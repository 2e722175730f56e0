import type { Logger } from '../../../core/logger.ts';
import { sayOnce } from '../../../core/say-once.ts';
import type { TaskContext } from '../../../engine/run-contexts.ts';
import { identifyProcess, livenessOf } from '../../../engine/this-process.ts';
import { ownsOpenFlowRun } from '../../../registry/flow-runs.ts';
import { listTrials, type TrialRow } from '../../../registry/trials.ts';
import type { StudyPlan } from '../../../training/search/optimize.ts';
import type { AppServices } from '../../services.ts';
import { loadStudy, type StudyReference } from '../../studies.ts';
import { studySettings } from '../../study-settings.ts';
import type { CacheReference } from '../../tensor-caches.ts';
import { metricLabel, trialBoard, trialTableRow } from '../../trial-board.ts';

/** What `runTrials` takes. */
export type RunTrialsInput = {
  readonly study: StudyReference;
  readonly cache: CacheReference;
  readonly workers: number;
  readonly trials: number;
  readonly failOnFailedTrials: boolean;
  /** How often a trial is run again whose process died or that failed; default 3. */
  readonly maxRetries?: number | undefined;
  /** Whether trainings record CPU, memory, disk and images a second; default true. */
  readonly systemMetrics?: boolean | undefined;
};

/** The body of the task `runTrials`. */
export async function runTrialsBody(
  input: RunTrialsInput,
  context: TaskContext<AppServices>,
): Promise<{ readonly complete: number; readonly pruned: number; readonly failed: number }> {
  const { optimize } = await import('../../../training/search/optimize.ts');
  const { createPruner } = await import('../../../training/search/pruners/catalogue.ts');
  const { runTrial } = await import('../../run-trial.ts');
  const { registry, clock } = context.services;
  const study = await loadStudy(context.services, input.study);
  // Every trial tells which engine it has, and they all have the same.
  const trialContext = { ...context, log: sayOnce(context.log) };
  const { epochs, pruner } = studySettings(study);
  const [{ metric, direction }] = study.objectives;
  const board = trialBoard({ epochs, objectives: study.objectives }, context.progress);
  const outcome = optimize({
    db: registry.db,
    clock,
    study,
    maxTrials: input.trials,
    workers: input.workers,
    owner: identifyProcess()!,
    isAlive: async (owner) => livenessOf(owner) !== 'dead' && (await ownsOpenFlowRun(registry.db, owner)),
    ...(pruner === undefined ? {} : { pruner: createPruner(pruner, { studyName: study.name, direction }) }),
    ...(input.maxRetries === undefined ? {} : { maxRetries: input.maxRetries }),
    failOnFailedTrials: input.failOnFailedTrials,
    signal: context.signal,
    onPlan: (plan) => {
      board.plan(plan);
      context.log.info(planSentence(plan));
    },
    onTrial: (trial) => {
      board.show(trial);
      logTrial(trial, metric, context.log);
    },
    runTrial: (trial, signal, report) => {
      const { cache, systemMetrics } = input;
      const scene = { study, cachePath: cache.path, context: trialContext, signal, board, systemMetrics };
      return runTrial(trial, scene, report);
    },
  });
  try {
    const { complete, pruned, failed } = await outcome;
    return { complete, pruned, failed };
  } finally {
    const trials = await listTrials(registry.db, study.id);
    await context.artifacts.table(
      'trials',
      trials.map((trial) => trialTableRow(trial, study.objectives)),
    );
  }
}

function planSentence({ planned, size, kept, retried }: StudyPlan): string {
  const points = size === undefined ? 'an endless space' : `${size} points`;
  const notes = [
    ...(kept > 0 ? [`${kept} are complete already`] : []),
    ...(retried > 0 ? [`${retried} run again`] : []),
  ];
  return `${planned} trials of ${points}${notes.length > 0 ? `; ${notes.join(', ')}` : ''}`;
}

function logTrial({ number, state, value, params, error }: TrialRow, metric: string, log: Logger): void {
  const told = value === null ? '' : `: ${metricLabel(metric)} ${value.toFixed(4)}`;
  switch (state) {
    case 'waiting':
      return;
    case 'running':
      log.debug(`Trial ${number} started`, params);
      return;
    case 'complete':
      log.info(`Trial ${number}${told}`, params);
      return;
    case 'pruned':
      log.info(`Trial ${number} pruned${told}`, params);
      return;
    case 'failed':
      log.warn(`Trial ${number} failed: ${error?.message ?? 'no value'}`, params);
  }
}
