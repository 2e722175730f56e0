import type { ReportProgress } from '../core/logger.ts';
import type { Json } from '../core/json.ts';
import type { TrialRow } from '../registry/trials.ts';
import type { EpochMetrics } from '../training/training-settings.ts';

/** The trials of a running study as they stand, told through progress: epochs, who leads, and a row for each trial. */
export interface TrialBoard {
  plan(plan: { readonly planned: number; readonly kept: number }): void;
  show(trial: TrialRow): void;
  epoch(trial: { readonly number: number }, metrics: EpochMetrics): void;
}

/** A board for a study whose trials last `epochs` each. */
export function trialBoard(epochs: number, progress: ReportProgress): TrialBoard {
  const trials = new Map<number, TrialRow>();
  const lastEpochs = new Map<number, EpochMetrics>();
  let planned = 0;
  let kept = 0;
  const trained = ({ number, state }: TrialRow): number =>
    state === 'running' ? (lastEpochs.get(number)?.epoch ?? 0) : epochs;
  const report = (): void => {
    const rows = [...trials.values()];
    const best = bestOf(rows);
    progress({
      done: rows.reduce((sum, trial) => sum + trained(trial), kept * epochs),
      total: planned * epochs,
      unit: 'epochs',
      ...(best === undefined ? {} : { label: `best trial ${best.number}: ${(best.value! * 100).toFixed(1)} %` }),
      table: shownTrials(rows, best).map((trial) => boardRow(trial, epochs, lastEpochs.get(trial.number))),
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

function bestOf(trials: readonly TrialRow[]): TrialRow | undefined {
  return trials
    .filter(({ value }) => value !== null)
    .reduce<TrialRow | undefined>(
      (best, trial) => (best === undefined || trial.value! > best.value! ? trial : best),
      undefined,
    );
}

/** Those at work, the best and the latest, by number. */
function shownTrials(trials: readonly TrialRow[], best: TrialRow | undefined): TrialRow[] {
  const byNumber = trials.toSorted((left, right) => left.number - right.number);
  const latest = new Set(byNumber.slice(-BOARD_ROWS));
  return byNumber.filter((trial) => trial.state === 'running' || trial === best || latest.has(trial));
}

const BOARD_ROWS = 10;

function boardRow(
  { number, state, value, params }: TrialRow,
  epochs: number,
  last: EpochMetrics | undefined,
): Readonly<Record<string, Json>> {
  const epoch = `${state === 'complete' ? epochs : (last?.epoch ?? 0)}/${epochs}`;
  return { trial: number, state, epoch, validationAccuracy: value ?? last?.validationAccuracy ?? null, ...params };
}

/** A trial as a row of the table artifact `trials`. */
export function trialTableRow(trial: TrialRow): Readonly<Record<string, Json>> {
  const { number, state, value, params, startedAt, endedAt, error } = trial;
  return {
    trial: number,
    state,
    validationAccuracy: value,
    ...params,
    seconds: startedAt === null || endedAt === null ? null : (endedAt - startedAt) / 1_000,
    ...(error === null ? {} : { error: error.message }),
  };
}
