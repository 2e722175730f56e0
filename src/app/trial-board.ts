import type { ReportProgress } from '../core/logger.ts';
import type { Json } from '../core/json.ts';
import type { Objectives } from '../registry/studies.ts';
import type { TrialRow } from '../registry/trials.ts';
import { rankTrials } from '../training/search/study-outcome.ts';
import type { EpochMetrics } from '../training/training-settings.ts';
import { metricOfEpoch } from './study-metrics.ts';

/** The trials of a running study as they stand, told through progress: epochs, who leads, and a row for each trial. */
export interface TrialBoard {
  plan(plan: { readonly planned: number; readonly kept: number }): void;
  show(trial: TrialRow): void;
  epoch(trial: { readonly number: number }, metrics: EpochMetrics): void;
}

/** A board for a study whose trials last `epochs` each. */
export function trialBoard(
  { epochs, objectives }: { readonly epochs: number; readonly objectives: Objectives },
  progress: ReportProgress,
): TrialBoard {
  const [{ metric }] = objectives;
  const trials = new Map<number, TrialRow>();
  const lastEpochs = new Map<number, EpochMetrics>();
  let planned = 0;
  let kept = 0;
  const trained = ({ number, state }: TrialRow): number =>
    state === 'running' ? (lastEpochs.get(number)?.epoch ?? 0) : epochs;
  const report = (): void => {
    const rows = [...trials.values()];
    const [best] = rankTrials(rows, objectives);
    progress({
      done: rows.reduce((sum, trial) => sum + trained(trial), kept * epochs),
      total: planned * epochs,
      unit: 'epochs',
      ...(best === undefined ? {} : { label: `best trial ${best.number}: ${metricText(metric, best.value)}` }),
      table: shownTrials(rows, best).map((trial) => boardRow(trial, epochs, objectives, lastEpochs.get(trial.number))),
    });
  };
  return {
    plan: (plan) => {
      ({ planned, kept } = plan);
      report();
    },
    show: (trial) => {
      trials.set(trial.number, trial);
      if (trial.state === 'running') lastEpochs.delete(trial.number);
      report();
    },
    epoch: (trial, metrics) => {
      lastEpochs.set(trial.number, metrics);
      report();
    },
  };
}

/** `validationAccuracy` as words: `validation accuracy`. */
export function metricLabel(metric: string): string {
  return metric.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function metricText(metric: string, value: number): string {
  return metric.endsWith('Accuracy') ? `${(value * 100).toFixed(1)} %` : String(Number(value.toPrecision(4)));
}

/** Those at work, the best and the latest, by number. */
function shownTrials(trials: readonly TrialRow[], best: TrialRow | undefined): TrialRow[] {
  const byNumber = trials.toSorted((left, right) => left.number - right.number);
  const latest = new Set(byNumber.slice(-BOARD_ROWS));
  return byNumber.filter((trial) => trial.state === 'running' || trial === best || latest.has(trial));
}

const BOARD_ROWS = 10;

function boardRow(
  trial: TrialRow,
  epochs: number,
  objectives: Objectives,
  last: EpochMetrics | undefined,
): Readonly<Record<string, Json>> {
  const { number, state, params } = trial;
  const epoch = `${state === 'complete' ? epochs : (last?.epoch ?? 0)}/${epochs}`;
  return { trial: number, state, epoch, ...metricCells(trial, objectives, last), ...params };
}

/** What a trial gave in the metrics of its study, or as far as it has come. */
function metricCells(
  { value, metrics }: TrialRow,
  objectives: Objectives,
  last?: EpochMetrics,
): Readonly<Record<string, number | null>> {
  return Object.fromEntries(
    objectives.map(({ metric }, index) => [
      metric,
      (index === 0 ? value : null) ?? metrics?.[metric] ?? (last && metricOfEpoch(last, metric)) ?? null,
    ]),
  );
}

/** A trial as a row of the table artifact `trials`. */
export function trialTableRow(trial: TrialRow, objectives: Objectives): Readonly<Record<string, Json>> {
  const { number, state, params, startedAt, endedAt, error } = trial;
  return {
    trial: number,
    state,
    ...metricCells(trial, objectives),
    ...params,
    seconds: startedAt === null || endedAt === null ? null : (endedAt - startedAt) / 1_000,
    ...(error === null ? {} : { error: error.message }),
  };
}
