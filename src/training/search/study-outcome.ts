import type { StudyId } from '../../core/ids.ts';
import type { Objectives } from '../../registry/studies.ts';
import type { TrialRow } from '../../registry/trials.ts';
import { paretoFronts, type Values } from './pareto.ts';

/** A trial that finished, with what it gave. */
export type FinishedTrial = TrialRow & { readonly value: number };

export type StudyOutcome = {
  readonly study: { readonly id: StudyId; readonly name: string };
  readonly planned: number;
  readonly complete: number;
  readonly pruned: number;
  readonly failed: number;
  readonly best: FinishedTrial;
  /** All trials by number. */
  readonly trials: readonly TrialRow[];
};

/**
 * The complete trials, best first: by value, of several metrics by the Pareto front they belong to and then by the first
 * metric; among equals the one with the lower number.
 */
export function rankTrials(trials: readonly TrialRow[], objectives: Objectives): readonly FinishedTrial[] {
  const finished = trials.filter(isFinished).toSorted((left, right) => left.number - right.number);
  const fronts = frontsOf(finished, objectives);
  const sign = objectives[0].direction === 'maximize' ? -1 : 1;
  return [...finished.keys()]
    .sort(
      (left, right) =>
        fronts[left]! - fronts[right]! || sign * (finished[left]!.value - finished[right]!.value) || left - right,
    )
    .map((index) => finished[index]!);
}

/** The complete trials that no other is better than in all metrics, by the first metric. Of one metric: the best alone. */
export function paretoFront(trials: readonly TrialRow[], objectives: Objectives): readonly FinishedTrial[] {
  const ranked = rankTrials(trials, objectives);
  if (objectives.length === 1) return ranked.slice(0, 1);
  const fronts = frontsOf(ranked, objectives);
  return ranked.filter((_, index) => fronts[index] === 0);
}

/** What a trial gave in each metric of its study, where it has all of them. */
export function valuesOf({ value, metrics }: TrialRow, [, ...further]: Objectives): Values | undefined {
  const values = [value, ...further.map(({ metric }) => metrics?.[metric])];
  return values.every((each) => typeof each === 'number') ? values : undefined;
}

function isFinished(trial: TrialRow): trial is FinishedTrial {
  return trial.state === 'complete' && trial.value !== null;
}

function frontsOf(trials: readonly FinishedTrial[], objectives: Objectives): readonly number[] {
  if (objectives.length === 1) return trials.map(() => 0);
  return paretoFronts(
    trials.map((trial) => valuesOf(trial, objectives)!),
    objectives.map(({ direction }) => direction),
  );
}
