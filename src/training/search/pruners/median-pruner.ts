import type { TrialReport } from '../../../registry/trial-reports.ts';
import type { Pruner, PrunerOptions, ReportedTrial } from './pruner.ts';

export type MedianPrunerSettings = {
  /** Complete trials before any is pruned. */
  readonly startupTrials: number;
  /** Nothing is pruned before this step. */
  readonly warmupSteps: number;
  /** Of so many steps the first that is reported is looked at. */
  readonly intervalSteps: number;
  /** The share of complete trials, in per cent, that a trial has to be among; 50 is the median. */
  readonly percentile: number;
  /** Complete trials that must have reported the same step. */
  readonly minTrials: number;
};

/**
 * Prunes a trial whose best report so far is worse than the median, or another percentile, of what complete trials reported at
 * the same step: D. Golovin et al., Google Vizier, 2017, §3.2, with the semantics of Optuna's PercentilePruner.
 */
export function medianPruner(settings: MedianPrunerSettings, { direction }: PrunerOptions): Pruner {
  return {
    name: 'median',
    judge: (trial, trials) => ({ prune: isBehind(trial, trials, settings, direction), rungs: 0 }),
  };
}

function isBehind(
  { reports }: ReportedTrial,
  trials: readonly ReportedTrial[],
  settings: MedianPrunerSettings,
  direction: PrunerOptions['direction'],
): boolean {
  const complete = trials.filter(({ state }) => state === 'complete');
  const last = reports.at(-1);
  if (last === undefined || complete.length === 0 || complete.length < settings.startupTrials) return false;
  if (!isLookedAt(last.step, reports, settings)) return false;
  const values = reports.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  if (values.length === 0) return true;
  const maximize = direction === 'maximize';
  const bound = boundAt(last.step, complete, settings, maximize);
  if (bound === undefined) return false;
  return maximize ? Math.max(...values) < bound : Math.min(...values) > bound;
}

/** Whether a step is past the warm-up and the first report of its interval. */
function isLookedAt(
  step: number,
  reports: readonly TrialReport[],
  { warmupSteps, intervalSteps }: MedianPrunerSettings,
): boolean {
  if (step < warmupSteps) return false;
  const begun = warmupSteps + Math.floor((step - warmupSteps) / intervalSteps) * intervalSteps;
  return (reports.at(-2)?.step ?? -1) < begun;
}

function boundAt(
  step: number,
  complete: readonly ReportedTrial[],
  { percentile, minTrials }: MedianPrunerSettings,
  maximize: boolean,
): number | undefined {
  const reported = complete.flatMap(({ reports }) => reports.find((report) => report.step === step) ?? []);
  if (reported.length < minTrials) return undefined;
  const values = reported.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  return values.length === 0 ? undefined : percentileOf(values, maximize ? 100 - percentile : percentile);
}

/** Linear between the two nearest ranks, as NumPy's. */
function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const rank = ((sorted.length - 1) * percentile) / 100;
  const [below, above] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
  return below + (above - below) * (rank - Math.floor(rank));
}
