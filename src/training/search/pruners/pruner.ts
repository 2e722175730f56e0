import type { TrialReport } from '../../../registry/trial-reports.ts';

/** A trial as a pruner sees it. */
export type ReportedTrial = {
  readonly number: number;
  readonly state: 'waiting' | 'running' | 'complete' | 'pruned' | 'failed';
  /** By rising step. */
  readonly reports: readonly TrialReport[];
};

export type Verdict = {
  /** The trial is not worth going on with. */
  readonly prune: boolean;
  /** How many rungs of successive halving it has completed; 0 for pruners without rungs. */
  readonly rungs: number;
};

/**
 * The rule that gives up trials that are not promising. A pruner holds no state: what it needs of the past is in the reports,
 * so that a study can be shared and resumed. It is asked after each report of a trial, at once and in one transaction with it.
 */
export interface Pruner {
  readonly name: string;
  /** @param trials All trials of the study, the one that reported among them. */
  judge(trial: ReportedTrial, trials: readonly ReportedTrial[]): Verdict;
}

export type PrunerOptions = {
  readonly studyName: string;
  readonly direction: 'maximize' | 'minimize';
};
