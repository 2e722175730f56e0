import type { ReportProgress } from '../core/logger.ts';
import type { Json } from '../core/json.ts';
import type { TrialRow } from '../registry/trials.ts';
import type { EpochMetrics } from '../training/training-settings.ts';

/** The trials of a running study as they stand, told through progress: the unit is epochs, the label says who leads. */
export interface TrialBoard {
  plan(plan: { readonly planned: number; readonly kept: number }): void;
  show(trial: TrialRow): void;
  epoch(trial: TrialRow, metrics: EpochMetrics): void;
}

/** A board for a study whose trials last `epochs` each. */
export function trialBoard(epochs: number, progress: ReportProgress): TrialBoard {
  const done = new Map<number, number>();
  const running = new Set<number>();
  let best: TrialRow | undefined;
  let planned = 0;
  let kept = 0;
  const report = (): void => {
    const trained = [...done.values()].reduce((sum, count) => sum + count, kept * epochs);
    progress({ done: trained, total: planned * epochs, unit: 'epochs', label: label(running, best) });
  };
  return {
    plan: (plan) => {
      ({ planned, kept } = plan);
      report();
    },
    show: (trial) => {
      if (trial.state === 'running') running.add(trial.number);
      else running.delete(trial.number);
      done.set(trial.number, trial.state === 'running' ? 0 : epochs);
      if (trial.value !== null && trial.value > (best?.value ?? -Infinity)) best = trial;
      report();
    },
    epoch: (trial, { epoch }) => {
      done.set(trial.number, epoch);
      report();
    },
  };
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

function label(running: ReadonlySet<number>, best: TrialRow | undefined): string {
  const parts = [
    ...(running.size > 0 ? [`running ${[...running].join(', ')}`] : []),
    ...(best === undefined || best.value === null
      ? []
      : [`best trial ${best.number}: ${(best.value * 100).toFixed(1)} %`]),
  ];
  return parts.join(' · ');
}
