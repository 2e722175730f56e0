import type { Artifacts } from '../../engine/run-contexts.ts';
import { confusionMatrixPng } from '../../training/confusion-matrix-image.ts';
import type { ClassReport, EvaluationReport } from '../../training/evaluate.ts';
import { reliabilityPlotSvg } from '../../training/reliability-plot.ts';
import type { ScoredSplit } from './scored-split.ts';

type Reports = NonNullable<ScoredSplit['reports']>;

/**
 * Keeps what a model did on a split as artifacts whose keys begin with `prefix`: the table `per-class` (precision, recall, F1,
 * support; the same of the disturbed images), the `confusion-matrix` as a table (one row a true class, one column a predicted
 * class) and as an image, the `calibration` as a table of bins and as the image `reliability`, and `most-wrong`: the most
 * certain mistakes as an image and as a table.
 */
export async function showEvaluation(
  artifacts: Artifacts,
  {
    sampleIds,
    reports: { clean, robust, mostWrong, mostWrongSheet },
  }: Pick<ScoredSplit, 'sampleIds'> & { reports: Reports },
  options: { readonly prefix: string; readonly classNames: readonly string[] },
): Promise<void> {
  const { prefix, classNames } = options;
  const { evaluation, calibration } = clean;
  const disturbed = robust?.evaluation.perClass;
  await artifacts.table(
    `${prefix}per-class`,
    evaluation.perClass.map((scores, index) => classRow(scores, disturbed?.[index])),
  );
  await artifacts.table(`${prefix}confusion-matrix-table`, confusionRows(evaluation, classNames));
  await artifacts.image(`${prefix}confusion-matrix`, await confusionMatrixPng(evaluation, classNames), 'image/png');
  await artifacts.table(`${prefix}calibration`, calibration.bins);
  await artifacts.image(`${prefix}reliability`, Buffer.from(reliabilityPlotSvg(calibration)), 'image/svg+xml');
  await artifacts.table(
    `${prefix}most-wrong-table`,
    mostWrong.map(({ index, label, predicted, probability }) => ({
      ...{ sample: sampleIds[index]!, 'true class': classNames[label]! },
      ...{ predicted: classNames[predicted]!, probability },
    })),
  );
  await artifacts.image(`${prefix}most-wrong`, mostWrongSheet, 'image/png');
}

function classRow(
  { className, ...scores }: ClassReport,
  robust: ClassReport | undefined,
): Record<string, string | number> {
  if (robust === undefined) return { class: className, ...scores };
  const { precision, recall, f1 } = robust;
  return { class: className, ...scores, robustPrecision: precision, robustRecall: recall, robustF1: f1 };
}

function confusionRows(report: EvaluationReport, classNames: readonly string[]): Record<string, string | number>[] {
  return report.confusionMatrix.map((counts, row) => ({
    'true class': classNames[row]!,
    ...Object.fromEntries(counts.map((count, column) => [classNames[column]!, count])),
  }));
}
