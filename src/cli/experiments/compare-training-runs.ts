import { compareTrainingRuns, type ComparedMetric } from '../../app/compare-training-runs.ts';
import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import { metricCell } from '../cell-text.ts';
import { comparisonText, rowsOf, type ShownRow } from '../comparison-text.ts';
import type { Output } from '../output.ts';

/** `experiments compare` */
export async function printComparison(
  services: AppServices,
  wanted: readonly string[],
  { all }: { readonly all: boolean },
  output: Output,
): Promise<void> {
  const comparison = await compareTrainingRuns(services, wanted);
  if (output.json) {
    output.printJson(comparison);
    return;
  }
  const { trainingRuns, facts, params, metrics, tags } = comparison;
  const rows = [
    ...rowsOf('', facts, all),
    ...rowsOf('param', params, all),
    ...metrics.filter(({ differs }) => all || differs).map((metric) => metricRow(metric, output)),
    ...rowsOf('tag', tags, all),
  ];
  const headings = trainingRuns.map(({ id, name }) => `${name} ${shortId(id)}`);
  if (rows.length === 0) output.remark(`${headings.join(' and ')} do not differ. See all with --all.`);
  else output.print(comparisonText(headings, rows));
}

/** Each run's last value, and its best where that was another one; the winner is marked. */
function metricRow({ key, last, best, winners }: ComparedMetric, { paint }: Output): ShownRow {
  const cells = last.map((value, at) => {
    const top = best[at] ?? null;
    const text = value === top ? metricCell(value) : `${metricCell(value)} (best ${metricCell(top)})`;
    return winners.includes(at) ? paint.green(`${text} *`) : text;
  });
  return { about: `metric ${key}`, cells };
}
