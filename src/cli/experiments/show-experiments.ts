import { listExperiments, type ExperimentDetails } from '../../app/experiments.ts';
import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import { metricCell, metricsText, pairsText } from '../cell-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { agoText } from '../time-text.ts';

/** `experiments ls` */
export async function printExperiments(services: AppServices, output: Output): Promise<void> {
  const rows = await listExperiments(services);
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark('Nothing was trained yet. Start with: mlflow-ts run pipeline');
    return;
  }
  const now = services.clock.now();
  output.print(
    tableText(rows, [
      { heading: 'experiment', cell: ({ name }) => output.paint.bold(name) },
      { heading: 'studies', align: 'right', cell: ({ studies }) => String(studies) },
      { heading: 'training runs', align: 'right', cell: ({ trainingRuns }) => String(trainingRuns) },
      { heading: 'created', cell: ({ createdAt }) => agoText(Date.parse(createdAt), now) },
    ]),
  );
}

/** `experiments show` of an experiment. */
export function printExperiment(found: ExperimentDetails, output: Output): void {
  output.print(`${output.paint.bold(found.name)}, created ${found.createdAt}`);
  if (found.studies.length > 0) {
    output.print(
      `\n${tableText(found.studies, [
        { heading: 'study', cell: ({ id }) => shortId(id) },
        { heading: 'name', cell: ({ name }) => name },
        { heading: 'state', cell: ({ state }) => state },
        { heading: 'trials', align: 'right', cell: ({ trials, complete }) => `${complete}/${trials}` },
        { heading: 'best', align: 'right', cell: ({ best }) => metricCell(best?.value ?? null) },
        { heading: 'with', cell: ({ best }) => (best === null ? '' : pairsText(best.params)) },
      ])}`,
    );
  }
  if (found.trainingRuns.length === 0) {
    output.remark('\nNo training runs yet.');
    return;
  }
  output.print(
    `\n${tableText(found.trainingRuns, [
      { heading: 'training run', cell: ({ id }) => shortId(id) },
      { heading: 'name', cell: ({ name }) => name },
      { heading: 'status', cell: ({ status }) => status },
      { heading: 'metrics', cell: ({ metrics, error }) => error ?? metricsText(metrics) },
    ])}`,
  );
}
