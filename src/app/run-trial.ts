import { join } from 'node:path';
import type { TaskContext } from '../engine/run-contexts.ts';
import type { StudyRow } from '../registry/studies.ts';
import type { StartedTrial, TrialResult } from '../training/search/optimize.ts';
import type { ReportValue } from '../training/search/trial-course.ts';
import { featuresOfJob } from './feature-reference.ts';
import { initialModelOfJob } from './initial-model.ts';
import { recordTraining } from './record-training.ts';
import type { AppServices } from './services.ts';
import { metricOfEpoch, trialMetrics } from './study-metrics.ts';
import { studySettings } from './study-settings.ts';
import type { TrialBoard } from './trial-board.ts';
import { trialSettings } from './trial-settings.ts';

/** What all trials of a task run share. */
type TrialScene = {
  readonly study: StudyRow;
  readonly cachePath: string;
  readonly context: TaskContext<AppServices>;
  readonly signal: AbortSignal;
  readonly board: TrialBoard;
  readonly systemMetrics: boolean | undefined;
};

/** Runs one trial: a training in a process of its own, recorded as a training run. Reports the study's metric after each epoch. */
export async function runTrial(trial: StartedTrial, scene: TrialScene, report: ReportValue): Promise<TrialResult> {
  const { study, cachePath, context, signal, board, systemMetrics } = scene;
  const [{ metric }] = study.objectives;
  const { architecture, epochs, engine, trainShare, features, initialModel, training } = studySettings(study);
  const settings = trialSettings(trial.params, { architecture, epochs, seed: study.seed, training, initialModel });
  const { result } = await recordTraining(
    {
      name: `${study.name}-trial-${trial.number}`,
      experimentId: study.experimentId,
      datasetVersionId: study.datasetVersionId,
      tensorCacheId: study.tensorCacheId,
      trial: { id: trial.id, attempt: trial.attempt },
      job: {
        cachePath: join(context.services.project.dataDir, cachePath),
        settings,
        ...(features === undefined ? {} : { features: featuresOfJob(context.services, features) }),
        ...(initialModel === undefined
          ? {}
          : { initialModel: await initialModelOfJob(context.services, initialModel) }),
        engine,
        threads: 1,
        trainShare,
        evaluateOn: [],
      },
    },
    {
      context,
      signal,
      systemMetrics,
      onEpoch: (metrics) => {
        board.epoch(trial, metrics);
        const value = metricOfEpoch(metrics, metric);
        if (value !== undefined) report(metrics.epoch, value, metrics.epoch === settings.epochs);
      },
    },
  );
  const metrics: Readonly<Record<string, number>> = trialMetrics(result);
  return { value: metrics[metric]!, metrics };
}
