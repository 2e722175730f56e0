import { bestOf, betterOf } from '../../app/metric-direction.ts';
import { isSystemMetric } from '../../app/system-metrics.ts';
import { versionsText, type MetricPoint, type TrainingRunDetails } from '../../app/training-run-details.ts';
import { shortId } from '../../core/ids.ts';
import type { ArtifactRow } from '../../registry/artifacts.ts';
import { factLines, metricCell, pairsText } from '../cell-text.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { agoText, durationText, isoTime } from '../time-text.ts';

/** `experiments show` of a training run. */
export function printTrainingRun(run: TrainingRunDetails, now: number, output: Output): void {
  const { paint } = output;
  output.print(`${paint.bold(run.name)}  ${run.status}\n${factLines(factsOf(run, now), paint)}`);
  const params = Object.entries(run.params);
  if (params.length > 0) {
    output.print(
      `\n${tableText(params, [
        { heading: 'param', cell: ([key]) => key },
        { heading: 'value', cell: ([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)) },
      ])}`,
    );
  }
  const metrics = Object.entries(run.metricHistory);
  const own = metrics.filter(([key]) => !isSystemMetric(key));
  if (own.length === 0) output.print('\nNo metrics yet.');
  else output.print(`\n${metricsText(own)}`);
  const system = metrics.filter(([key]) => isSystemMetric(key));
  if (system.length > 0) output.print(`\n${systemText(system)}`);
  if (run.artifacts.length > 0) output.print(`\n${artifactsText(run.artifacts)}`);
  const short = shortId(run.id);
  output.remark(
    output.paintRemark.dim(
      `\nCurves: experiments show ${short} --plot · report: experiments show ${short} --report report.html`,
    ),
  );
}

/** The one JSON document of a training run, the same with and without `--plot`. */
export function trainingRunJson({ artifacts, ...run }: TrainingRunDetails): object {
  return {
    ...run,
    artifacts: artifacts.map(({ id, key, kind, fileName, mediaType, bytes, storageHash, createdAt }) => ({
      ...{ id, key, kind, fileName, mediaType, bytes, storageHash },
      createdAt: isoTime(createdAt),
    })),
  };
}

function factsOf(run: TrainingRunDetails, now: number): [string, string][] {
  const { engine, trial, startedAt, endedAt } = run;
  const ended = endedAt === null ? now : Date.parse(endedAt);
  const optional: [string, string | null][] = [
    ['Error', run.error],
    ['Engine', engine === null ? null : pairsText(engine)],
    ['Data', run.datasetVersion === null ? null : shortId(run.datasetVersion)],
    ['Trial', trial === null ? null : `${trial.number} of ${trial.study}`],
    ['Flow run', run.flowRun],
    ['Registered', versionsText(run.modelVersions) || null],
    ['Tags', pairsText(run.tags) || null],
  ];
  return [
    ['Id', run.id],
    ['Experiment', run.experiment],
    ['Started', `${startedAt} (${agoText(Date.parse(startedAt), now)})`],
    ['Took', durationText(ended - Date.parse(startedAt))],
    ['Code', run.codeVersion],
    ...optional.filter((fact): fact is [string, string] => fact[1] !== null),
  ];
}

type Measured = readonly [key: string, points: readonly MetricPoint[]];

function metricsText(metrics: readonly Measured[]): string {
  return tableText(metrics, [
    { heading: 'metric', cell: ([key]) => key },
    { heading: 'last', align: 'right', cell: ([, points]) => metricCell(points.at(-1)?.value ?? null) },
    { heading: 'best', align: 'right', cell: ([key, points]) => metricCell(best(key, points)) },
    { heading: 'at step', align: 'right', cell: ([key, points]) => stepOf(best(key, points), points) },
    { heading: 'values', align: 'right', cell: ([, points]) => String(points.length) },
  ]);
}

function best(key: string, points: readonly MetricPoint[]): number | null {
  return bestOf(
    points.map(({ value }) => value),
    betterOf(key),
  );
}

function stepOf(wanted: number | null, points: readonly MetricPoint[]): string {
  return String(points.find(({ value }) => value === wanted)?.step ?? '–');
}

function systemText(metrics: readonly Measured[]): string {
  return tableText(metrics, [
    { heading: 'system', cell: ([key]) => key },
    { heading: 'mean', align: 'right', cell: ([, points]) => metricCell(mean(points)) },
    {
      heading: 'most',
      align: 'right',
      cell: ([, points]) => metricCell(Math.max(...points.map(({ value }) => value))),
    },
    { heading: 'samples', align: 'right', cell: ([, points]) => String(points.length) },
  ]);
}

function mean(points: readonly MetricPoint[]): number {
  return points.reduce((sum, { value }) => sum + value, 0) / points.length;
}

function artifactsText(artifacts: readonly ArtifactRow[]): string {
  return tableText(artifacts, [
    { heading: 'artifact', cell: ({ key }) => key },
    { heading: 'kind', cell: ({ kind }) => kind },
    { heading: 'size', align: 'right', cell: ({ bytes }) => (bytes === null ? '–' : bytesText(bytes)) },
    {
      heading: 'stored as',
      cell: ({ storageHash }) => (storageHash === null ? 'in the registry' : shortId(storageHash)),
    },
  ]);
}
