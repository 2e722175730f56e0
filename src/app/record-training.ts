import { toRunError } from '../core/errors.ts';
import { newTrainingRunId } from '../core/ids.ts';
import type { DatasetVersionId, ExperimentId, TensorCacheId, TrainingRunId, TrialId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { ReportProgress } from '../core/logger.ts';
import type { TaskContext } from '../engine/run-contexts.ts';
import { logMetrics } from '../registry/metrics.ts';
import { logParams } from '../registry/params.ts';
import { linkTrainingRun } from '../registry/trials.ts';
import { finishTrainingRun, listTrainingRuns, startTrainingRun } from '../registry/training-runs.ts';
import type { EpochMetrics, TrainingSettings } from '../training/training-settings.ts';
import { checkpointPath, dropCheckpoint } from './checkpoints.ts';
import type { AppServices } from './services.ts';
import { runTrainingJob } from './training-job.ts';
import type { TrainingJob, TrainingJobResult } from './training-job-schema.ts';

export type TrainingToRecord = {
  readonly name: string;
  readonly experimentId: ExperimentId;
  readonly datasetVersionId: DatasetVersionId;
  readonly tensorCacheId: TensorCacheId;
  /** The trial's attempt that this training is. */
  readonly trial?: { readonly id: TrialId; readonly attempt: number };
  readonly job: TrainingJob;
};

export type RecordedTraining = { readonly trainingRunId: TrainingRunId; readonly result: TrainingJobResult };

export type RecordingOptions = {
  readonly context: TaskContext<AppServices>;
  readonly signal: AbortSignal;
  readonly onEpoch: (metrics: EpochMetrics) => void;
  /** How far the training is, in images, several times a second. */
  readonly progress?: ReportProgress;
};

/**
 * Trains in a child process and records it as a training run: parameters at the start, metrics after every epoch, which
 * engine it was at last, and how it ended, also when it was stopped or its process died. One that was stopped or killed
 * before goes on after its last whole epoch, in a training run of its own that has the metrics of all epochs.
 * @throws what runTrainingJob throws; TrainingError when a metric is no number.
 */
export async function recordTraining(training: TrainingToRecord, options: RecordingOptions): Promise<RecordedTraining> {
  const { context, signal, onEpoch, progress } = options;
  const { registry, clock } = context.services;
  const { job, trial, ...row } = training;
  const { db } = registry;
  const checkpoint = checkpointPath(context.services, job, training.tensorCacheId);
  const id = newTrainingRunId();
  const { flowRunId, taskRunId } = context.run;
  const { codeVersion } = context.services;
  await endOrphans(context, trial?.id ?? null);
  await startTrainingRun(db, {
    ...row,
    ...(trial === undefined ? {} : { trialId: trial.id }),
    ...{ id, flowRunId, taskRunId, codeVersion, startedAt: clock.now() },
  });
  if (trial !== undefined) await linkTrainingRun(db, { ...trial, trainingRunId: id });
  await logParams(db, id, settingsAsParams(job.settings));
  let written: Promise<void> = Promise.resolve();
  try {
    const result = await runTrainingJob(
      { ...job, checkpoint },
      {
        signal,
        log: context.log,
        register: (child, what) => context.children.register(child, what),
        ...(progress === undefined ? {} : { progress }),
        onEpoch: (metrics) => {
          const rows = epochRows(metrics, clock.now());
          written = written.then(() => logMetrics(db, id, rows));
          written.catch(() => undefined);
          onEpoch(metrics);
        },
      },
    );
    await written;
    await logParams(db, id, { engine: result.engine.name, threads: result.engine.threads });
    await finishTrainingRun(db, { id, status: 'finished', engine: result.engine, at: clock.now() });
    await dropCheckpoint(checkpoint, { aborted: false });
    return { trainingRunId: id, result };
  } catch (error) {
    await written.catch(() => undefined);
    const status = signal.aborted ? 'killed' : 'failed';
    await finishTrainingRun(db, { id, status, error: toRunError(error), at: clock.now() });
    await dropCheckpoint(checkpoint, { error, aborted: signal.aborted });
    throw error;
  }
}

/** The same training of an earlier attempt of this task whose process died could not record its end; it is `killed`. */
async function endOrphans({ services, run }: TaskContext<AppServices>, trialId: TrialId | null): Promise<void> {
  const { registry, clock } = services;
  const running = await listTrainingRuns(registry.db, { flowRunId: run.flowRunId, status: 'running' });
  for (const orphan of running) {
    if (orphan.taskRunId !== run.taskRunId || orphan.trialId !== trialId) continue;
    await finishTrainingRun(registry.db, { id: orphan.id, status: 'killed', at: clock.now() });
  }
}

/** Settings as flat parameters; those of the architecture are at the top level too, as searches name them. */
function settingsAsParams({ architecture, earlyStopping, augmentation, ...settings }: TrainingSettings): JsonObject {
  return {
    architecture: architecture.name,
    ...architecture.parameters,
    ...settings,
    ...augmentation,
    ...(earlyStopping === undefined ? {} : { earlyStoppingPatience: earlyStopping.patience }),
  };
}

function epochRows({ epoch, ...metrics }: EpochMetrics, at: number) {
  return Object.entries(metrics).map(([key, value]) => ({ key, step: epoch, value, at }));
}
