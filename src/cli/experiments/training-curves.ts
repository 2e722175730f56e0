import type { ChalkInstance } from 'chalk';
import { didYouMean } from '../../core/closest-name.ts';
import { NotFoundError } from '../../core/errors.ts';
import type { TrainingRunDetails } from '../../app/training-run-details.ts';
import { brailleChart, type ChartLine } from './braille-chart.ts';

type History = TrainingRunDetails['metricHistory'];

/** The width where there is no terminal to ask. */
const DEFAULT_COLUMNS = 80;
const ROWS = 12;

/** Metrics that share a chart when none are named. */
const USUAL = [
  ['loss', 'validationLoss'],
  ['accuracy', 'validationAccuracy'],
];

/**
 * The curves of a training run for a terminal: loss and accuracy in training and validation, or a chart for each metric named;
 * undefined when none of the usual ones was recorded.
 * @throws NotFoundError for a metric that was not recorded.
 */
export function trainingCurves(
  history: History,
  wanted: readonly string[],
  options: { readonly columns: number; readonly paint: ChalkInstance },
): string | undefined {
  const charts = wanted.length > 0 ? wanted.map((name) => [known(name, history)]) : USUAL;
  const drawn = charts.flatMap((names) =>
    drawTogether(
      names.filter((name) => Object.hasOwn(history, name)),
      history,
      options,
    ),
  );
  return drawn.length === 0 ? undefined : drawn.join('\n\n');
}

function drawTogether(
  names: readonly string[],
  history: History,
  { columns, paint }: { readonly columns: number; readonly paint: ChalkInstance },
): string[] {
  if (names.length === 0) return [];
  const colors = [paint.cyan, paint.yellow];
  const lines = names.map((name, index): ChartLine => ({
    name,
    points: history[name]!.map(({ step, value }) => [step, value] as const),
    paint: colors[index % colors.length]!,
  }));
  return [brailleChart(lines, { columns: Math.min(columns, DEFAULT_COLUMNS), rows: ROWS })];
}

function known(name: string, history: History): string {
  if (Object.hasOwn(history, name)) return name;
  const names = Object.keys(history);
  throw new NotFoundError(
    `The training run has no metric ${name}. ${didYouMean(name, names)} It has: ${names.join(', ') || 'none'}.`,
  );
}
