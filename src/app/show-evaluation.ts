import type { Artifacts } from '../engine/run-contexts.ts';
import type { EvaluationReport } from '../training/evaluate.ts';
import { confusionMatrixPng } from '../training/confusion-matrix-image.ts';

/**
 * Keeps a report as artifacts whose keys begin with `prefix`: the table `per-class` (precision, recall, F1, support) and
 * the `confusion-matrix` as a table (one row a true class, one column a predicted class) and as an image.
 */
export async function showEvaluation(
  artifacts: Artifacts,
  report: EvaluationReport,
  options: { readonly prefix: string; readonly classNames: readonly string[] },
): Promise<void> {
  const { prefix, classNames } = options;
  await artifacts.table(
    `${prefix}per-class`,
    report.perClass.map(({ className, ...scores }) => ({ class: className, ...scores })),
  );
  await artifacts.table(`${prefix}confusion-matrix-table`, confusionRows(report, classNames));
  const png = await confusionMatrixPng(report, classNames);
  await artifacts.image(`${prefix}confusion-matrix`, png, 'image/png');
}

function confusionRows(report: EvaluationReport, classNames: readonly string[]): Record<string, string | number>[] {
  return report.confusionMatrix.map((counts, row) => ({
    'true class': classNames[row]!,
    ...Object.fromEntries(counts.map((count, column) => [classNames[column]!, count])),
  }));
}
