import type { Clock } from '../core/clock.ts';
import { PrunedError, toRunError } from '../core/errors.ts';
import { newTrainingRunId } from '../core/ids.ts';
import type { DatasetVersionId, ExperimentId, TensorCacheId, TrainingRunId, TrialId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { ReportProgress } from '../core/logger.ts';
import type { TaskContext } from '../engine/run-contexts.ts';
import { logMetrics, type Metric } from '../registry/metrics.ts';
import { logParams } from '../registry/params.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { setTags } from '../registry/tags.ts';
import { linkTrainingRun } from '../registry/trials.ts';
import {
  finishTrainingRun,
  listTrainingRuns,
  startTrainingRun,
  type TrainingRunEnd,
} from '../registry/training-runs.ts';
import type { EarlyStopping } from '../training/early-stopping.ts';
import type { EpochMetrics, TrainingSettings } from '../training/training-settings.ts';
import { checkedBlocksPath } from './checked-blocks-file.ts';
import { checkpointPath, dropCheckpoint } from './checkpoints.ts';
import type { AppServices } from './services.ts';
import type { SystemSample } from './system-metrics.ts';
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
  /** Whether to sample process and machine as metrics under `system/`; default true. */
  readonly systemMetrics?: boolean | undefined;
};

/**
 * Trains in a child process and records it as a training run: parameters at the start, metrics after every epoch, which
 * engine it was at last, and how it ended, also when it was stopped or its process died; a
 * pruned one is finished and has the tag `trialState: pruned`. One that was stopped or killed
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
  const { codeVersion, project } = context.services;
  const watched = options.systemMetrics === false ? {} : { systemMetricsOf: project.dataDir };
  await endOrphans(context, trial?.id ?? null);
  await startTrainingRun(db, {
    ...row,
    ...(trial === undefined ? {} : { trialId: trial.id }),
    ...{ id, flowRunId, taskRunId, codeVersion, startedAt: clock.now() },
  });
  if (trial !== undefined) await linkTrainingRun(db, { ...trial, trainingRunId: id });
  await logParams(db, id, { ...settingsAsParams(job.settings), ...backboneParams(job), ...initialModelParams(job) });
  const metricLog = logInOrder(db, id, clock);
  try {
    const result = await runTrainingJob(
      { ...job, checkpoint, checkedBlocks: checkedBlocksPath(context.services), ...watched },
      {
        signal,
        log: context.log,
        register: (child, what) => context.children.register(child, what),
        ...(progress === undefined ? {} : { progress }),
        onEpoch: (metrics) => {
          metricLog.epoch(metrics);
          onEpoch(metrics);
        },
        onSystem: metricLog.system,
      },
    );
    await metricLog.written();
    await logParams(db, id, { engine: result.engine.name, threads: result.engine.threads });
    await finishTrainingRun(db, { id, status: 'finished', engine: result.engine, at: clock.now() });
    await dropCheckpoint(checkpoint, { aborted: false });
    return { trainingRunId: id, result };
  } catch (error) {
    await metricLog.written().catch(() => undefined);
    const pruned = error instanceof PrunedError;
    if (pruned) await setTags(db, { kind: 'training_run', id }, { trialState: 'pruned' });
    await finishTrainingRun(db, { id, ...endOf(error, signal), at: clock.now() });
    await dropCheckpoint(checkpoint, { error, aborted: signal.aborted && !pruned });
    throw error;
  }
}

function initialModelParams({ initialModel }: TrainingJob): JsonObject {
  return initialModel === undefined ? {} : { initialModel: initialModel.name };
}

/** Who is pruned has done what was asked of it. */
function endOf(error: unknown, signal: AbortSignal): Pick<TrainingRunEnd, 'status' | 'error'> {
  if (error instanceof PrunedError) return { status: 'finished' };
  return { status: signal.aborted ? 'killed' : 'failed', error: toRunError(error) };
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
    ...earlyStoppingParams(earlyStopping),
  };
}

function earlyStoppingParams(earlyStopping: EarlyStopping | undefined): JsonObject {
  if (earlyStopping === undefined) return {};
  const { patience, minDelta, metric } = earlyStopping;
  return {
    earlyStoppingPatience: patience,
    ...(minDelta === undefined ? {} : { earlyStoppingMinDelta: minDelta }),
    ...(metric === undefined ? {} : { earlyStoppingMetric: metric }),
  };
}

function backboneParams({ features }: TrainingJob): JsonObject {
  return features === undefined ? {} : { backbone: features.backbone, backboneSha256: features.sha256 };
}

/** Writes metrics one batch after the other; `written` fails when one of the training's own could not be written. */
function logInOrder(db: RegistryDb, id: TrainingRunId, clock: Clock) {
  let last: Promise<void> = Promise.resolve();
  const rowsOf = (metrics: Readonly<Record<string, number>>, step: number): Metric[] => {
    const at = clock.now();
    return Object.entries(metrics).map(([key, value]) => ({ key, step, value, at }));
  };
  return {
    epoch: ({ epoch, ...metrics }: EpochMetrics): void => {
      const rows = rowsOf(metrics, epoch);
      last = last.then(() => logMetrics(db, id, rows));
      last.catch(() => undefined);
    },
    /** These are no part of the training: it does not fail for want of them. */
    system: ({ step, metrics }: SystemSample): void => {
      const rows = rowsOf(metrics, step);
      last = last.then(() => logMetrics(db, id, rows).catch(() => undefined));
      last.catch(() => undefined);
    },
    written: () => last,
  };
}
