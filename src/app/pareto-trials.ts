import type { JsonObject } from '../core/json.ts';
import type { Objectives } from '../registry/studies.ts';
import type { TrialRow } from '../registry/trials.ts';
import { paretoFront, valuesOf } from '../training/search/study-outcome.ts';

/** A trial with what it gave in each metric of its study. */
export type ParetoTrial = {
  readonly trial: number;
  readonly params: JsonObject;
  readonly values: Readonly<Record<string, number>>;
};

/** The trials that no other is better than in all metrics of the study, by the first metric; of one metric the best alone. */
export function paretoTrials(trials: readonly TrialRow[], objectives: Objectives): readonly ParetoTrial[] {
  return paretoFront(trials, objectives).map((trial) => {
    const values = valuesOf(trial, objectives)!;
    return {
      trial: trial.number,
      params: trial.params,
      values: Object.fromEntries(objectives.map(({ metric }, index) => [metric, values[index]!])),
    };
  });
}
