import { join } from 'node:path';
import { openTensorCache } from '../../datasets/cache/open-tensor-cache.ts';
import { logMetrics } from '../../registry/metrics.ts';
import type { ClassReport, EvaluationReport } from '../../training/evaluate.ts';
import { task } from '../flow-api.ts';
import { withModelFolder } from '../model-file-store.ts';
import { workDirOf } from '../services.ts';
import { storePredictions } from '../stored-predictions.ts';
import { loadStudy, type StudyReference } from '../studies.ts';
import { findCache } from '../tensor-caches.ts';
import type { TrainedFinalist } from './train-finalist.ts';

/** What `evaluateModel` takes. */
export type EvaluateModelInput = { readonly study: StudyReference; readonly finalist: TrainedFinalist };

/** What a model did on images it never saw. */
export type ModelEvaluation = {
  /** `testAccuracy`, `testLoss`, `testMacroF1`, `validationAccuracy`, and `apartAccuracy` … when there is such a split. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly perClass: readonly ClassReport[];
  readonly samples: { readonly test: number; readonly apart: number };
  /** SHA-256 of the stored JSON with what was predicted for each test sample. */
  readonly predictions: string;
};

/**
 * Scores the model's ONNX file on the test split and, when the source's own test set was kept apart, on that too. Keeps
 * precision, recall and F1 of each class and the confusion matrix as tables and as an image.
 */
export const evaluateModel = task(
  { name: 'evaluate-model' },
  async (
    { study: reference, finalist }: EvaluateModelInput,
    { services, artifacts, signal, log },
  ): Promise<ModelEvaluation> => {
    const { loadPredictor } = await import('../../training/predictor.ts');
    const { scoreSplit } = await import('../score-split.ts');
    const { storage, project, registry, clock } = services;
    const study = await loadStudy(services, reference);
    const { path, classNames, splits } = await findCache(project.dataDir, study.tensorCacheId);
    const cache = await openTensorCache(join(project.dataDir, path));
    const { test, apart } = await withModelFolder(
      { storage, workDir: workDirOf(services) },
      finalist.files,
      async (folder) => {
        const predictor = await loadPredictor(folder);
        try {
          const scored = await scoreSplit(predictor, cache, { split: 'test', signal });
          const hasApart = (splits.apart ?? 0) > 0;
          return {
            test: scored,
            apart: hasApart ? await scoreSplit(predictor, cache, { split: 'apart', signal }) : undefined,
          };
        } finally {
          await predictor.dispose();
        }
      },
    );
    const { showEvaluation } = await import('../show-evaluation.ts');
    await showEvaluation(artifacts, test.report, { prefix: '', classNames });
    if (apart !== undefined) await showEvaluation(artifacts, apart.report, { prefix: 'apart-', classNames });
    const metrics = {
      ...metricsOf('test', test.report),
      ...(apart === undefined ? {} : metricsOf('apart', apart.report)),
      validationAccuracy: finalist.validation.accuracy,
      validationLoss: finalist.validation.loss,
    };
    const at = clock.now();
    const rows = Object.entries(metrics).map(([key, value]) => ({ key, value, step: finalist.bestEpoch, at }));
    await logMetrics(registry.db, finalist.trainingRunId, rows);
    log.info(`Test accuracy ${test.report.accuracy.toFixed(4)} on ${test.report.samples} images`);
    if (apart !== undefined) {
      log.info(
        `Apart: accuracy ${apart.report.accuracy.toFixed(4)} on the source's own ${apart.report.samples} test images`,
      );
    }
    const predictions = await storePredictions(storage, test.predictions);
    await artifacts.file('test-predictions', storage.pathOf(predictions));
    return {
      metrics,
      perClass: test.report.perClass,
      samples: { test: test.report.samples, apart: apart?.report.samples ?? 0 },
      predictions,
    };
  },
);

function metricsOf(split: string, { accuracy, loss, macroF1 }: EvaluationReport): Record<string, number> {
  return { [`${split}Accuracy`]: accuracy, [`${split}Loss`]: loss, [`${split}MacroF1`]: macroF1 };
}
