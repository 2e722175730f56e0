import type { AppServices } from '../../app/services.ts';
import { listStudies, showStudy, type StudyDetails, type TrialDetails } from '../../app/show-studies.ts';
import { shortId } from '../../core/ids.ts';
import { factLines, metricCell, pairsText } from '../cell-text.ts';
import type { Output } from '../output.ts';
import { tableText, type Column } from '../table.ts';
import { agoText } from '../time-text.ts';

/** `studies ls` */
export async function printStudies(services: AppServices, output: Output): Promise<void> {
  const rows = await listStudies(services);
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark('Nothing was searched yet. Start with: mlflow-ts run hpo, or mlflow-ts run pipeline');
    return;
  }
  const now = services.clock.now();
  output.print(
    tableText(rows, [
      { heading: 'study', cell: ({ name }) => output.paint.bold(name) },
      { heading: 'id', cell: ({ id }) => shortId(id) },
      { heading: 'state', cell: ({ state }) => state },
      { heading: 'sampler', cell: ({ sampler, pruner }) => (pruner === 'none' ? sampler : `${sampler} + ${pruner}`) },
      { heading: 'complete', align: 'right', cell: ({ complete, trials }) => `${complete}/${trials}` },
      { heading: 'pruned', align: 'right', cell: ({ pruned }) => String(pruned) },
      { heading: 'failed', align: 'right', cell: ({ failed }) => String(failed) },
      { heading: 'metric', cell: ({ metrics }) => metrics.map(({ metric }) => metric).join(' ') },
      { heading: 'best', align: 'right', cell: ({ best }) => metricCell(best?.value ?? null) },
      { heading: 'created', cell: ({ createdAt }) => agoText(Date.parse(createdAt), now) },
    ]),
  );
}

/** `studies show` */
export async function printStudy(services: AppServices, wanted: string | undefined, output: Output): Promise<void> {
  const study = await showStudy(services, wanted);
  if (output.json) {
    output.printJson(study);
    return;
  }
  output.print(`${output.paint.bold(study.name)}  ${shortId(study.id)}  ${study.state}`);
  output.print(factLines(factsOf(study), output.paint));
  if (study.trialDetails.length === 0) {
    output.remark('\nNo trials yet.');
    return;
  }
  output.print(`\n${tableText(study.trialDetails, trialColumns(study, output))}`);
}

function factsOf(study: StudyDetails): (readonly [string, string])[] {
  const { sampler, pruner, seed, metrics, space, settings, trials, complete, pruned, failed } = study;
  const counts = [`${complete} complete`, `${pruned} pruned`, `${failed} failed`].filter(
    (text) => !text.startsWith('0'),
  );
  return [
    ['Trials', [`${trials}`, ...counts].join(', ')],
    ['Metric', metrics.map(({ metric, direction }) => `${metric} (${direction})`).join(', ')],
    ['Sampler', `${sampler}, seed ${seed}`],
    ['Pruner', pruner],
    ['Space', (space as readonly { readonly name: string }[]).map(dimensionText).join('\n           ')],
    ['Settings', JSON.stringify(settings)],
  ];
}

function dimensionText({ name, ...rest }: { readonly name: string }): string {
  return `${name}: ${JSON.stringify(rest)}`;
}

function trialColumns({ metrics, best }: StudyDetails, { paint }: Output): Column<TrialDetails>[] {
  return [
    { heading: 'trial', align: 'right', cell: ({ trial }) => String(trial) },
    { heading: 'state', cell: ({ state }) => state },
    ...metrics.map(({ metric }, index): Column<TrialDetails> => ({
      heading: metric.replaceAll(/([A-Z])/g, ' $1'),
      align: 'right',
      cell: ({ trial, value, metrics: measured }) => {
        const text = metricCell(index === 0 ? value : (measured[metric] ?? null));
        return index === 0 && trial === best?.trial ? paint.green(text) : text;
      },
    })),
    { heading: 'epochs', align: 'right', cell: ({ reports }) => String(reports.at(-1)?.step ?? 0) },
    { heading: 'by epoch', cell: ({ reports }) => reportsText(reports) },
    { heading: 'with', cell: ({ params }) => pairsText(params) },
    { heading: '', cell: (row) => row.error ?? (row.trial === best?.trial ? paint.green('best') : '') },
  ];
}

/** All of a few, else the first and the last ones. */
function reportsText(reports: TrialDetails['reports']): string {
  const texts = reports.map(({ value }) => (value === null ? 'NaN' : value.toPrecision(3)));
  if (texts.length <= SHOWN_REPORTS) return texts.join(' ');
  return [...texts.slice(0, 2), '…', ...texts.slice(3 - SHOWN_REPORTS)].join(' ');
}

const SHOWN_REPORTS = 6;
