import type { Json } from '../../core/json.ts';
import { element, escapeXml } from '../../core/svg/element.ts';
import type { ArtifactRow } from '../../registry/artifacts.ts';
import { listPromotionDecisions, type PromotionDecision } from '../../registry/promotion-decisions.ts';
import { DISTURBANCE } from '../../training/robust-images.ts';
import type { AppServices } from '../services.ts';
import { showTrainingRun, versionsText, type TrainingRunDetails } from '../training-run-details.ts';
import { htmlImage, htmlPage, htmlTable, paragraph, section } from './html-page.ts';
import { curvePlots, systemPlots } from './report-plots.ts';

/**
 * The report of a training run (by id, part of an id, or name) as one HTML page: what it was given, its curves, and, as far as
 * it was evaluated, scores, classes, confusions, calibration, mistakes and what the gate decided.
 * @throws NotFoundError, UsageError.
 */
export async function trainingReport(services: AppServices, wanted: string): Promise<string> {
  const run = await showTrainingRun(services, wanted);
  const { db } = services.registry;
  const decisions = await Promise.all(
    run.modelVersions.map(({ name, version }) => listPromotionDecisions(db, name, version)),
  );
  return htmlPage(`${run.name} – training report`, [
    head(run),
    figures(run),
    section('Curves', curvePlots(run.metricHistory)),
    section('Gate', ...decisions.flat().map(decisionText)),
    section('Scores', scoresTable(run.metrics)),
    section('Classes', contentTable(run.artifacts, 'per-class')),
    section(
      'Confusion matrix',
      await picture(services, run, 'confusion-matrix', 'rows: true class, columns: predicted'),
    ),
    section(
      'Calibration',
      await picture(services, run, 'reliability', 'accuracy of the predictions by their confidence'),
    ),
    section(
      'Most certain mistakes',
      await picture(services, run, 'most-wrong', 'true class → predicted class, probability'),
    ),
    section('Settings', htmlTable(['param', 'value'], Object.entries(run.params).map(textRow))),
    section('Machine', systemPlots(run.metricHistory)),
    section('Origin', htmlTable(['', ''], originRows(run))),
  ]);
}

function head({ name, status, experiment, startedAt, error }: TrainingRunDetails): string {
  return [
    element('h1', {}, escapeXml(name)),
    element('p', { class: 'faint' }, escapeXml(`${status} · experiment ${experiment} · started ${startedAt}`)),
    ...(error === null ? [] : [paragraph(`Failed: ${error}`)]),
  ].join('');
}

const FIGURES = [
  ['testAccuracy', 'test accuracy'],
  ['robustAccuracy', 'accuracy when disturbed'],
  ['testCalibrationError', 'calibration error'],
  ['validationAccuracy', 'validation accuracy'],
] as const;

function figures({ metrics }: TrainingRunDetails): string {
  const shown = FIGURES.flatMap(([key, name]) => {
    const value = metrics[key];
    if (value === undefined) return [];
    return [element('div', { class: 'figure' }, element('b', {}, `${(100 * value).toFixed(2)} %`), name)];
  });
  return shown.length === 0 ? '' : element('div', { class: 'figures' }, ...shown);
}

function decisionText({ modelName, version, gate, decision, reason }: PromotionDecision): string {
  return paragraph(`${modelName} version ${version} was ${decision} by the gate ${gate}: ${reason}.`);
}

/** Splits and forms of the images, in the metrics' names. */
const SCORED = [
  ['test', 'test images'],
  ['robust', `test images turned by up to ${DISTURBANCE.degrees}° and with noise of ${DISTURBANCE.noise}`],
  ['apart', "the source's own test images"],
  ['validation', 'validation images'],
] as const;

function scoresTable(metrics: TrainingRunDetails['metrics']): string {
  const rows = SCORED.flatMap(([prefix, name]) => {
    const values = ['Accuracy', 'Loss', 'MacroF1', 'CalibrationError'].map((score) => metrics[`${prefix}${score}`]);
    return values.some((value) => value !== undefined) ? [[name, ...values.map((value) => value ?? '–')]] : [];
  });
  return htmlTable(['', 'accuracy', 'loss', 'macro F1', 'calibration error'], rows);
}

/** The table artifact of this key. */
function contentTable(artifacts: readonly ArtifactRow[], key: string): string {
  const content = artifacts.find((artifact) => artifact.key === key)?.content;
  const rows = Array.isArray(content) ? content.filter(isRow) : [];
  const headings = Object.keys(rows[0] ?? {});
  return htmlTable(
    headings,
    rows.map((row) => headings.map((heading) => cellOf(row[heading] ?? null))),
  );
}

function isRow(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cellOf(value: Json): string | number {
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
}

/** The stored picture of this key; a word in its place when its file is gone. */
async function picture(
  { storage }: AppServices,
  { artifacts }: TrainingRunDetails,
  key: string,
  caption: string,
): Promise<string> {
  const found = artifacts.find((artifact) => artifact.key === key && artifact.kind === 'image');
  const { storageHash = null, mediaType = null } = found ?? {};
  if (storageHash === null || mediaType === null) return '';
  if (!(await storage.has(storageHash))) return paragraph('The file of this picture was removed.');
  return htmlImage(await storage.read(storageHash), mediaType, caption);
}

function textRow([key, value]: readonly [string, Json]): [string, string | number] {
  return [key, cellOf(value)];
}

function originRows(run: TrainingRunDetails): [string, string | number][] {
  const engine = Object.entries(run.engine ?? {}).map(([key, value]) => textRow([`engine ${key}`, value]));
  const optional: [string, string | null][] = [
    ['dataset version', run.datasetVersion],
    ['tensor cache', run.tensorCache],
    ['flow run', run.flowRun],
    ['trial', run.trial === null ? null : `${run.trial.number} of ${run.trial.study}`],
    ['registered as', versionsText(run.modelVersions) || null],
  ];
  return [
    ['training run', run.id],
    ['code version', run.codeVersion],
    ...engine,
    ...optional.filter((row): row is [string, string] => row[1] !== null),
    ...Object.entries(run.tags).map(([key, value]): [string, string] => [`tag ${key}`, value]),
  ];
}
