import type { AppServices } from '../../app/services.ts';
import { bestTrials } from '../../app/show-studies.ts';
import { shortId } from '../../core/ids.ts';
import { metricCell, pairsText } from '../cell-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';

/** `studies best` */
export async function printBest(services: AppServices, wanted: string | undefined, output: Output): Promise<void> {
  const found = await bestTrials(services, wanted);
  if (output.json) {
    output.printJson(found);
    return;
  }
  const { study, trials } = found;
  output.print(
    tableText(trials, [
      { heading: 'trial', align: 'right', cell: ({ trial }) => String(trial) },
      ...study.metrics.map(({ metric }) => ({
        heading: metric.replaceAll(/([A-Z])/g, ' $1'),
        align: 'right' as const,
        cell: ({ values }: (typeof trials)[number]) => metricCell(values[metric] ?? null),
      })),
      { heading: 'training run', cell: ({ trainingRun }) => (trainingRun === null ? '–' : shortId(trainingRun)) },
      { heading: 'with', cell: ({ params }) => pairsText(params) },
    ]),
  );
  const what =
    study.metrics.length === 1
      ? 'The best trial'
      : 'The Pareto list, which no other trial is better than in all metrics,';
  output.remark(output.paintRemark.dim(`\n${what} of study ${study.name} (${study.state}).`));
}
