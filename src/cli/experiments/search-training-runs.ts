import { UsageError } from '../../core/errors.ts';
import { shortId } from '../../core/ids.ts';
import { searchTrainingRuns, type FoundTrainingRun } from '../../app/search-training-runs.ts';
import type { AppServices } from '../../app/services.ts';
import { metricCell, metricsText } from '../cell-text.ts';
import type { Output } from '../output.ts';
import { tableText, type Column } from '../table.ts';
import { agoText } from '../time-text.ts';
import { wholeNumber } from '../whole-number.ts';

type SearchOptions = {
  readonly filter?: string;
  readonly orderBy?: readonly string[];
  readonly limit: string;
  readonly offset: string;
};

/** `experiments search` */
export async function printFound(
  services: AppServices,
  experiments: readonly string[],
  options: SearchOptions,
  output: Output,
): Promise<void> {
  const { filter = '', orderBy = [], limit } = options;
  const query = { experiments, filter, orderBy, limit: wholeNumber('--limit', limit), offset: offsetOf(options) };
  const { runs, named } = await searchTrainingRuns(services, query);
  if (output.json) {
    output.printJson(runs);
    return;
  }
  if (runs.length === 0) {
    output.remark(filter === '' ? 'There are no training runs.' : 'No training run fits the filter.');
    return;
  }
  const now = services.clock.now();
  const columns: Column<FoundTrainingRun>[] = [
    { heading: 'training run', cell: ({ id }) => shortId(id) },
    { heading: 'name', cell: ({ name }) => name },
    ...(new Set(runs.map(({ experiment }) => experiment)).size > 1
      ? [{ heading: 'experiment', cell: ({ experiment }: FoundTrainingRun) => experiment }]
      : []),
    { heading: 'status', cell: ({ status }) => status },
    { heading: 'started', cell: ({ startedAt }) => agoText(Date.parse(startedAt), now) },
    ...namedColumns(named),
  ];
  output.print(tableText(runs, columns));
  if (runs.length === query.limit) output.remark(`\nThere may be more: --offset ${query.offset + query.limit}`);
}

function offsetOf({ offset }: SearchOptions): number {
  if (!/^\d{1,9}$/.test(offset)) throw new UsageError(`--offset ${offset} is not a whole number from 0 on.`);
  return Number(offset);
}

type Named = Awaited<ReturnType<typeof searchTrainingRuns>>['named'];

/** What the filter and the order are about, else all metrics in one cell. */
function namedColumns(named: Named): Column<FoundTrainingRun>[] {
  const columns = named.flatMap(({ kind, key }): Column<FoundTrainingRun>[] => {
    switch (kind) {
      case 'metric':
        return [{ heading: key, align: 'right', cell: ({ metrics }) => metricCell(metrics[key] ?? null) }];
      case 'param':
        return [{ heading: key, cell: ({ params }) => textOf(params[key]) }];
      case 'tag':
        return [{ heading: key, cell: ({ tags }) => textOf(tags[key]) }];
      case 'dataset':
        return [{ heading: 'data', cell: ({ datasetVersion }) => textOf(datasetVersion && shortId(datasetVersion)) }];
      case 'attribute':
        return [];
    }
  });
  return columns.length > 0 ? columns : [{ heading: 'metrics', cell: ({ metrics }) => metricsText(metrics) }];
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
