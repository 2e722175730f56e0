import type { StudyId } from '../../core/ids.ts';
import type { StudyRow } from '../../registry/studies.ts';
import type { TrialRow } from '../../registry/trials.ts';

/** A trial that finished, with what it gave. */
export type FinishedTrial = TrialRow & { readonly value: number };

export type StudyOutcome = {
  readonly study: { readonly id: StudyId; readonly name: string };
  readonly planned: number;
  readonly complete: number;
  readonly failed: number;
  readonly best: FinishedTrial;
  /** All trials by number. */
  readonly trials: readonly TrialRow[];
};

/** The complete trials, best first: by value in the study's direction, among equals the one with the lower number. */
export function rankTrials(trials: readonly TrialRow[], direction: StudyRow['direction']): readonly FinishedTrial[] {
  const sign = direction === 'maximize' ? -1 : 1;
  return trials
    .filter((trial): trial is FinishedTrial => trial.state === 'complete' && trial.value !== null)
    .toSorted((left, right) => sign * (left.value - right.value) || left.number - right.number);
}
