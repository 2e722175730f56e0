import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExperimentId, TrainingRunId } from '../../../core/ids.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { TaskContext } from '../../../engine/run-contexts.ts';
import { getOrCreateExperiment } from '../../../registry/experiments.ts';
import type { StudyRow } from '../../../registry/studies.ts';
import type { EnginePreference } from '../../../training/engines/training-engine.ts';
import { featuresOfJob, type FeatureReference } from '../../feature-reference.ts';
import { initialModelOfJob } from '../../initial-model.ts';
import { storeModelFiles, type StoredModelFile } from '../../model-file-store.ts';
import { recordTraining } from '../../record-training.ts';
import { workDirOf, type AppServices } from '../../services.ts';
import { loadStudy, type StudyReference } from '../../studies.ts';
import { studySettings } from '../../study-settings.ts';
import { findCache, type CacheReference } from '../../tensor-caches.ts';
import type { TrainingJob } from '../../training-job-schema.ts';
import { trialSettings } from '../../trial-settings.ts';
import type { ChosenTrial } from '../select-finalists.ts';

/** What `trainFinalist` takes. */
export type TrainFinalistInput = {
  readonly study: StudyReference;
  readonly trial: ChosenTrial;
  readonly epochs: number;
  readonly seed: number;
  readonly engine: EnginePreference;
  readonly threads: number;
  readonly experiment?: string | undefined;
  /** Parameters of training that replace those of the trial. */
  readonly training?: JsonObject | undefined;
  /** Whether to record CPU, memory, disk and images a second; default true. */
  readonly systemMetrics?: boolean | undefined;
};

/** A model trained to the end, its files in storage. */
export type TrainedFinalist = {
  readonly trial: number;
  readonly trainingRunId: TrainingRunId;
  readonly settings: JsonObject;
  readonly engine: JsonObject;
  readonly bestEpoch: number;
  readonly epochs: number;
  readonly validation: { readonly accuracy: number; readonly loss: number };
  readonly files: readonly StoredModelFile[];
};

/** The body of the task `trainFinalist`. */
export async function trainFinalistBody(
  input: TrainFinalistInput,
  context: TaskContext<AppServices>,
): Promise<TrainedFinalist> {
  const { services, artifacts, signal, log, progress } = context;
  const study = await loadStudy(services, input.study);
  const folder = join(workDirOf(services), context.run.taskRunId);
  await rm(folder, { recursive: true, force: true });
  const job = await jobOf(input, { study, folder }, context);
  let lastEpoch = '';
  try {
    const { trainingRunId, result } = await recordTraining(
      {
        name: `${study.name}-final-${input.trial.number}`,
        experimentId: await experimentOf(services, study, input.experiment),
        datasetVersionId: study.datasetVersionId,
        tensorCacheId: study.tensorCacheId,
        job,
      },
      {
        context,
        signal,
        systemMetrics: input.systemMetrics,
        onEpoch: ({ epoch, validationAccuracy }) => {
          lastEpoch = `, validation ${percent(validationAccuracy)}`;
          log.info(`Epoch ${epoch} of ${input.epochs}${lastEpoch}`);
        },
        progress: (done) => progress({ ...done, label: `${done.label ?? ''}${lastEpoch}` }),
      },
    );
    log.info(
      `Best epoch ${result.bestEpoch} of ${result.history.length}: validation accuracy ${percent(result.validation.accuracy)}`,
    );
    return {
      trial: input.trial.number,
      trainingRunId,
      settings: job.settings,
      engine: result.engine,
      bestEpoch: result.bestEpoch,
      epochs: result.history.length,
      validation: result.validation,
      files: await storeModelFiles({ storage: services.storage, artifacts }, folder),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is trained, on what, and where the model goes. */
async function jobOf(
  input: TrainFinalistInput,
  { study, folder }: { readonly study: StudyRow; readonly folder: string },
  context: TaskContext<AppServices>,
) {
  const { services } = context;
  const { architecture, features, initialModel, training } = studySettings(study);
  const cache = await findCache(services.project.dataDir, study.tensorCacheId);
  const prepared = features && (await featuresToTrainOn(context, cache, { ...input, reference: features }));
  const parameters = { ...input.trial.params, ...input.training };
  const frame = { architecture, epochs: input.epochs, seed: input.seed, training, initialModel };
  return {
    cachePath: join(services.project.dataDir, cache.path),
    settings: trialSettings(parameters, frame),
    ...(prepared === undefined ? {} : { features: prepared }),
    ...(initialModel === undefined ? {} : { initialModel: await initialModelOfJob(services, initialModel) }),
    engine: input.engine,
    threads: input.threads,
    evaluateOn: [],
    saveTo: folder,
  };
}

/** They are there from the search, as a rule. */
async function featuresToTrainOn(
  { services, signal, log, progress }: TaskContext<AppServices>,
  cache: CacheReference,
  { reference, threads }: { readonly reference: FeatureReference; readonly threads: number },
): Promise<NonNullable<TrainingJob['features']>> {
  const { prepareSameFeatures } = await import('../../prepare-features.ts');
  const { backbone } = await prepareSameFeatures(services, { cache, reference, threads }, { signal, log, progress });
  return { ...featuresOfJob(services, reference), model: { description: backbone.spec.path, file: backbone.file } };
}

async function experimentOf(
  { registry, clock }: AppServices,
  study: StudyRow,
  wanted: string | undefined,
): Promise<ExperimentId> {
  if (wanted === undefined) return study.experimentId;
  return (await getOrCreateExperiment(registry.db, { name: wanted, at: clock.now() })).id;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
