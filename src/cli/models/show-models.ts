import * as z from 'zod';
import { listModels, showModel } from '../../app/models.ts';
import type { ModelDetails } from '../../app/models.ts';
import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import { metricCell, pairsText, percentText } from '../cell-text.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';
import { agoText } from '../time-text.ts';

/** `models ls` */
export async function printModels(services: AppServices, output: Output): Promise<void> {
  const rows = await listModels(services);
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark('No model is registered yet. Start with: mlflow-ts run pipeline');
    return;
  }
  const now = services.clock.now();
  output.print(
    tableText(rows, [
      { heading: 'model', cell: ({ name }) => output.paint.bold(name) },
      { heading: 'versions', align: 'right', cell: ({ versions }) => String(versions) },
      { heading: 'aliases', cell: ({ aliases }) => pairsText(aliases) },
      { heading: 'test accuracy', align: 'right', cell: (row) => percentText(row.championTestAccuracy) },
      ...tagsColumn(rows),
      { heading: 'created', cell: ({ createdAt }) => agoText(Date.parse(createdAt), now) },
    ]),
  );
}

/** `models show` */
export async function printModel(services: AppServices, name: string, output: Output): Promise<void> {
  const model = await showModel(services, name.replace(/[@/].*$/, ''));
  if (output.json) {
    output.printJson(model);
    return;
  }
  output.print([output.paint.bold(model.name), pairsText(model.tags)].filter((text) => text !== '').join('  '));
  output.print(`\n${versionsText(model, services.clock.now(), output)}`);
  if (model.decisions.length > 0) output.print(`\n${decisionsText(model)}`);
  if (model.aliasHistory.length > 0) output.print(`\n${historyText(model)}`);
  output.remark(output.paintRemark.dim(`\nUse it: mlflow-ts predict IMAGE --model ${model.name}@champion`));
}

type Tagged = { readonly tags: Readonly<Record<string, string>> };

/** No column where nothing has a tag. */
function tagsColumn<Row extends Tagged>(rows: readonly Row[]): Column<Row>[] {
  const tagged = rows.some(({ tags }) => Object.keys(tags).length > 0);
  return tagged ? [{ heading: 'tags', cell: ({ tags }) => pairsText(tags) }] : [];
}

function versionsText({ versions }: ModelDetails, now: number, { paint }: Output): string {
  if (versions.length === 0) return 'All versions were deleted.';
  return tableText(versions, [
    { heading: 'version', align: 'right', cell: ({ version }) => String(version) },
    { heading: 'aliases', cell: ({ aliases }) => paint.green(aliases.join(' ')) },
    { heading: 'test accuracy', align: 'right', cell: ({ metrics }) => percentText(metrics.testAccuracy) },
    { heading: 'data', cell: ({ datasetVersion }) => (datasetVersion === null ? '–' : shortId(datasetVersion)) },
    { heading: 'size', align: 'right', cell: ({ bytes }) => bytesText(bytes) },
    { heading: 'created', cell: ({ createdAt }) => agoText(Date.parse(createdAt), now) },
    ...tagsColumn(versions),
    { heading: 'folder', cell: ({ path }) => path },
  ]);
}

function decisionsText({ decisions }: ModelDetails): string {
  return tableText(decisions, [
    { heading: 'decision', cell: ({ decision }) => decision },
    { heading: 'version', align: 'right', cell: ({ version }) => String(version) },
    { heading: 'against', align: 'right', cell: ({ championVersion }) => String(championVersion ?? '–') },
    { heading: 'gate', cell: ({ gate }) => gate },
    { heading: 'change (95 %)', cell: ({ numbers }) => changeText(numbers) },
    { heading: 'p', align: 'right', cell: ({ numbers }) => metricCell(comparisonOf(numbers)?.p ?? null) },
    { heading: 'at', cell: ({ at }) => at },
    { heading: 'why', cell: ({ reason }) => reason },
  ]);
}

/** What the gates that compare with a champion record; a decision by hand, or of before there were intervals, has less. */
const gateNumbers = z.object({
  comparison: z.object({
    p: z.number(),
    interval: z.object({ change: z.number(), low: z.number(), high: z.number() }).optional(),
  }),
});

function comparisonOf(numbers: Json) {
  return gateNumbers.safeParse(numbers).data?.comparison;
}

/** In points of accuracy: `+1.20 (−0.31 … +2.64)`. */
function changeText(numbers: Json): string {
  const interval = comparisonOf(numbers)?.interval;
  if (interval === undefined) return '–';
  const [change, low, high] = [interval.change, interval.low, interval.high].map(pointsText);
  return `${change} (${low} … ${high})`;
}

function pointsText(change: number): string {
  return `${change < 0 ? '−' : '+'}${Math.abs(100 * change).toFixed(2)}`;
}

function historyText({ aliasHistory }: ModelDetails): string {
  return tableText(aliasHistory, [
    { heading: 'alias', cell: ({ alias }) => alias },
    { heading: 'from', align: 'right', cell: ({ previousVersion }) => String(previousVersion ?? '–') },
    { heading: 'to', align: 'right', cell: ({ version }) => String(version ?? '–') },
    { heading: 'at', cell: ({ at }) => at },
    { heading: 'why', cell: ({ reason }) => reason },
  ]);
}
