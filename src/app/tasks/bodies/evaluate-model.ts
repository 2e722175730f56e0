import { join } from 'node:path';
import type { TaskContext } from '../../../engine/run-contexts.ts';
import { logMetrics } from '../../../registry/metrics.ts';
import type { ClassReport } from '../../../training/evaluate.ts';
import type { ScoredSplit, SplitReport } from '../../evaluation/scored-split.ts';
import { storePredictions } from '../../evaluation/stored-predictions.ts';
import { withModelFolder } from '../../model-file-store.ts';
import { workDirOf, type AppServices } from '../../services.ts';
import { loadStudy, type StudyReference } from '../../studies.ts';
import { findCache } from '../../tensor-caches.ts';
import type { TrainedFinalist } from './train-finalist.ts';

/** What `evaluateModel` takes. */
export type EvaluateModelInput = { readonly study: StudyReference; readonly finalist: TrainedFinalist };

/** What a model did on images it never saw. */
export type ModelEvaluation = {
  /**
   * `testAccuracy`, `testLoss`, `testMacroF1`, `testCalibrationError`; `robustAccuracy` … of the same images disturbed;
   * `validationAccuracy`, `validationLoss`, and `apartAccuracy` … when there is such a split.
   */
  readonly metrics: Readonly<Record<string, number>>;
  readonly perClass: readonly ClassReport[];
  readonly samples: { readonly test: number; readonly apart: number };
  /** SHA-256 of the stored JSON with what was predicted for each test sample. */
  readonly predictions: string;
};

/** The body of the task `evaluateModel`. */
export async function evaluateModelBody(
  { study: reference, finalist }: EvaluateModelInput,
  context: TaskContext<AppServices>,
): Promise<ModelEvaluation> {
  const { services, log } = context;
  const { storage, project, registry, clock } = services;
  const study = await loadStudy(services, reference);
  const { path, classNames, splits } = await findCache(project.dataDir, study.tensorCacheId);
  const cachePath = join(project.dataDir, path);
  const { test, apart } = await scoreFinalist(finalist, { cachePath, hasApart: (splits.apart ?? 0) > 0 }, context);
  const { showEvaluation } = await import('../../evaluation/show-evaluation.ts');
  const artifacts = context.artifacts.ofTrainingRun(finalist.trainingRunId);
  await showEvaluation(artifacts, test, { prefix: '', classNames });
  if (apart !== undefined) await showEvaluation(artifacts, apart, { prefix: 'apart-', classNames });
  const metrics = {
    ...metricsOf('test', test.reports.clean),
    ...metricsOf('robust', test.reports.robust),
    ...metricsOf('apart', apart?.reports.clean),
    validationAccuracy: finalist.validation.accuracy,
    validationLoss: finalist.validation.loss,
  };
  const at = clock.now();
  const rows = Object.entries(metrics).map(([key, value]) => ({ key, value, step: finalist.bestEpoch, at }));
  await logMetrics(registry.db, finalist.trainingRunId, rows);
  log.info(summaryOf(test));
  if (apart !== undefined) {
    const { accuracy, samples } = apart.reports.clean.evaluation;
    log.info(`Apart: accuracy ${accuracy.toFixed(4)} on the source's own ${samples} test images`);
  }
  const { sampleIds, labels, predicted, robustPredicted } = test;
  const predictions = await storePredictions(storage, {
    classNames: [...classNames],
    ...{ sampleIds, labels, predicted },
    ...(robustPredicted === undefined ? {} : { robustPredicted }),
  });
  await artifacts.file('test-predictions', storage.pathOf(predictions));
  return {
    metrics,
    perClass: test.reports.clean.evaluation.perClass,
    samples: { test: sampleIds.length, apart: apart?.sampleIds.length ?? 0 },
    predictions,
  };
}

type Reported = ScoredSplit & { readonly reports: NonNullable<ScoredSplit['reports']> };

async function scoreFinalist(
  { files }: TrainedFinalist,
  { cachePath, hasApart }: { readonly cachePath: string; readonly hasApart: boolean },
  { services, signal }: TaskContext<AppServices>,
): Promise<{ readonly test: Reported; readonly apart?: Reported }> {
  const { scoreModel } = await import('../../evaluation/score-model.ts');
  const { storage } = services;
  return withModelFolder({ storage, workDir: workDirOf(services) }, files, async (modelFolder) => {
    const score = async (split: 'test' | 'apart') =>
      (await scoreModel({ modelFolder, cachePath, split, robust: split === 'test', report: true }, signal)) as Reported;
    const test = await score('test');
    return hasApart ? { test, apart: await score('apart') } : { test };
  });
}

function metricsOf(prefix: string, report: SplitReport | undefined): Record<string, number> {
  if (report === undefined) return {};
  const { evaluation, calibration } = report;
  return {
    [`${prefix}Accuracy`]: evaluation.accuracy,
    [`${prefix}Loss`]: evaluation.loss,
    [`${prefix}MacroF1`]: evaluation.macroF1,
    [`${prefix}CalibrationError`]: calibration.expectedError,
  };
}

function summaryOf({ reports: { clean, robust } }: Reported): string {
  const { accuracy, samples } = clean.evaluation;
  const disturbed = robust === undefined ? '' : `, ${robust.evaluation.accuracy.toFixed(4)} when they are disturbed`;
  return `Test accuracy ${accuracy.toFixed(4)} on ${samples} images${disturbed}; calibration error ${clean.calibration.expectedError.toFixed(4)}`;
}
