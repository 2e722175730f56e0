import { extent } from '../../../core/svg/scale.ts';
import type { Objectives } from '../../../registry/studies.ts';
import type { TrialReport } from '../../../registry/trial-reports.ts';
import type { Values } from '../pareto.ts';
import type { SearchSpace, TrialParameters } from '../search-space.ts';

/** A study as plots show it. */
export type PlottedStudy = {
  readonly name: string;
  readonly objectives: Objectives;
  readonly space: SearchSpace;
  readonly trials: readonly PlottedTrial[];
};

export type PlottedTrial = {
  readonly number: number;
  readonly parameters: TrialParameters;
  /** One for each metric; only complete trials have them. */
  readonly values?: Values;
  readonly reports: readonly TrialReport[];
};

export type RatedPlottedTrial = PlottedTrial & { readonly values: Values };

/** Those that are complete, by number. */
export function ratedTrials({ trials }: PlottedStudy): readonly RatedPlottedTrial[] {
  return trials.filter((trial): trial is RatedPlottedTrial => trial.values !== undefined);
}

/** The interval of values with a little room around it, so that a mark at an end is seen whole. */
export function roomyExtent(values: readonly number[]): readonly [low: number, high: number] {
  const [low, high] = extent(values);
  const room = (high - low) * 0.04;
  return [low - room, high + room];
}
