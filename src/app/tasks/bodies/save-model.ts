import type { JsonObject } from '../../../core/json.ts';
import type { TaskContext } from '../../../engine/run-contexts.ts';
import { saveModelVersion } from '../../../models/save-model-version.ts';
import { getDatasetVersion } from '../../../registry/dataset-versions.ts';
import { nameOfDataset } from '../../dataset-versions.ts';
import { readPredictions } from '../../evaluation/stored-predictions.ts';
import type { FeatureReference } from '../../feature-reference.ts';
import { withModelFolder } from '../../model-file-store.ts';
import { workDirOf, type AppServices } from '../../services.ts';
import { loadStudy, type StudyReference } from '../../studies.ts';
import { studySettings } from '../../study-settings.ts';
import { findCache } from '../../tensor-caches.ts';
import type { ModelEvaluation } from './evaluate-model.ts';
import type { TrainedFinalist } from './train-finalist.ts';

/** What `saveModel` takes. */
export type SaveModelInput = {
  readonly study: StudyReference;
  readonly finalist: TrainedFinalist;
  readonly evaluation: ModelEvaluation;
  readonly model?: string | undefined;
};

/** A model version that was saved; `path` is its folder. */
export type SavedModel = { readonly name: string; readonly version: number; readonly path: string };

/** The body of the task `saveModel`. */
export async function saveModelBody(
  { study: reference, finalist, evaluation, model }: SaveModelInput,
  { services, run, log }: TaskContext<AppServices>,
): Promise<SavedModel> {
  const { storage, registry, clock, project, secrets, codeVersion } = services;
  const study = await loadStudy(services, reference);
  const { image, classNames } = await findCache(project.dataDir, study.tensorCacheId);
  const dataset = await getDatasetVersion(registry.db, study.datasetVersionId);
  const name = model ?? (await nameOfDataset(services, study.datasetVersionId));
  secrets.assertNotInName(name, 'model');
  const testPredictions = await readPredictions(storage, evaluation.predictions);
  const { architecture, ...parameters } = finalist.settings;
  const { features } = studySettings(study);
  const saved = await withModelFolder({ storage, workDir: workDirOf(services) }, finalist.files, (source) =>
    saveModelVersion(registry.db, clock, project.modelsDir, {
      name,
      source,
      testPredictions,
      trainingRunId: finalist.trainingRunId,
      flowRunId: run.flowRunId,
      card: secrets.seal.data({
        signature: {
          input: { name: 'image', ...image },
          output: { name: 'probabilities', classNames: [...classNames] },
        },
        architecture: architecture as JsonObject,
        ...(features === undefined ? {} : { backbone: backboneOf(features) }),
        datasetVersion: study.datasetVersionId,
        synthetic: dataset?.synthetic ?? false,
        tensorCache: study.tensorCacheId,
        parameters: secrets.seal.values(parameters),
        metrics: evaluation.metrics,
        engine: finalist.engine,
        codeVersion,
      }),
    }),
  );
  log.info(`Saved ${name} version ${saved.row.version} in ${saved.folder}`);
  return { name, version: saved.row.version, path: saved.folder };
}

function backboneOf({ name, sha256, features }: FeatureReference) {
  return { name, sha256, features };
}
