import { didYouMean } from '../core/closest-name.ts';
import { ConflictError, UsageError } from '../core/errors.ts';
import { findStudy, type StudyRow } from '../registry/studies.ts';
import { listTrials, type TrialRow } from '../registry/trials.ts';
import { parameterImportances, type ParameterImportance } from '../training/search/importance.ts';
import { parseSearchSpace } from '../training/search/parse-search-space.ts';
import { valuesOf } from '../training/search/study-outcome.ts';
import { parametersOf } from '../training/search/trial-parameters.ts';
import type { AppServices } from './services.ts';

export type StudyImportance = {
  readonly study: { readonly id: string; readonly name: string };
  readonly metric: string;
  readonly evaluator: 'ped-anova';
  /** How many complete trials it is taken from. */
  readonly trials: number;
  /** The most important first; they sum to one. */
  readonly importances: readonly ParameterImportance[];
  /** Parameters that had one value, or did not count in every trial. */
  readonly leftOut: readonly string[];
};

/**
 * How much each parameter of a study (its name, id or part of an id; `latest`) matters for a metric, by default its first.
 * @throws NotFoundError; UsageError for a metric it has not; ConflictError for fewer than two complete trials.
 */
export async function studyImportance(
  services: AppServices,
  wanted = 'latest',
  metric?: string,
): Promise<StudyImportance> {
  const study = await findStudy(services.registry.db, wanted);
  const trials = await listTrials(services.registry.db, study.id, ['complete']);
  if (trials.length < 2) {
    throw new ConflictError(
      `Importance needs at least 2 complete trials; study ${study.name} has ${trials.length}. Continue it: mlflow-ts run hpo -p study=${study.name}`,
    );
  }
  return importanceOf(study, trials, metric);
}

/** The same, from at least two complete trials that are at hand. @throws UsageError for a metric that the study has not. */
export function importanceOf(study: StudyRow, complete: readonly TrialRow[], wanted?: string): StudyImportance {
  const { objectives, id, name } = study;
  const names = objectives.map(({ metric }) => metric);
  const index = wanted === undefined ? 0 : names.indexOf(wanted);
  const objective = objectives[index];
  if (objective === undefined) {
    throw new UsageError(`Study ${name} has no metric "${wanted}". ${didYouMean(wanted!, names)}`);
  }
  const space = parseSearchSpace(study.space);
  const rated = complete.flatMap((trial) => {
    const value = valuesOf(trial, objectives)?.[index];
    return value === undefined ? [] : [{ parameters: parametersOf(trial), value }];
  });
  const importances = parameterImportances(space, rated, objective.direction);
  const weighed = importances.map(({ parameter }) => parameter);
  return {
    study: { id, name },
    metric: objective.metric,
    evaluator: 'ped-anova',
    trials: rated.length,
    importances,
    leftOut: space.dimensions.map((dimension) => dimension.name).filter((each) => !weighed.includes(each)),
  };
}
