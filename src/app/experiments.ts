import { NotFoundError } from '../core/errors.ts';
import {
  countByExperiment,
  findExperiment,
  listExperiments as listRows,
  type ExperimentRow,
} from '../registry/experiments.ts';
import { listStudies } from '../registry/studies.ts';
import { listTrainingRuns } from '../registry/training-runs.ts';
import { isoTime } from './iso-time.ts';
import type { AppServices } from './services.ts';
import { showTrainingRun, type TrainingRunDetails } from './training-run-details.ts';
import { trainingRunListing, type TrainingRunListing } from './training-run-listing.ts';
import { studyListing, type StudyListing } from './trials.ts';

/** An experiment as `experiments ls` lists it. Times are ISO 8601, UTC. */
export type ExperimentListing = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly trainingRuns: number;
  readonly studies: number;
};

export type ExperimentDetails = Omit<ExperimentListing, 'trainingRuns' | 'studies'> & {
  readonly studies: readonly StudyListing[];
  /** Newest first. */
  readonly trainingRuns: readonly TrainingRunListing[];
};

/** Experiments, newest first. */
export async function listExperiments({ registry }: AppServices): Promise<ExperimentListing[]> {
  const rows = await listRows(registry.db);
  const trainingRuns = await countByExperiment(registry.db, 'training_runs');
  const studies = await countByExperiment(registry.db, 'studies');
  return rows.map((row) => ({
    ...named(row),
    trainingRuns: trainingRuns.get(row.id) ?? 0,
    studies: studies.get(row.id) ?? 0,
  }));
}

/**
 * One experiment (its name, id or part of an id) with its studies and its newest training runs.
 * @throws NotFoundError, UsageError.
 */
export async function showExperiment(
  services: AppServices,
  wanted: string,
  { limit = DEFAULT_LIMIT }: { readonly limit?: number } = {},
): Promise<ExperimentDetails> {
  const { db } = services.registry;
  const row = await findExperiment(db, wanted);
  const studies = await listStudies(db, { experimentId: row.id });
  const runs = await listTrainingRuns(db, { experimentId: row.id, limit });
  return {
    ...named(row),
    studies: await Promise.all(studies.map((study) => studyListing(services, study))),
    trainingRuns: await Promise.all(runs.map((run) => trainingRunListing(services, run))),
  };
}

export type ShownByName =
  | { readonly kind: 'experiment'; readonly experiment: ExperimentDetails }
  | { readonly kind: 'training run'; readonly trainingRun: TrainingRunDetails };

/**
 * What a name or an id, or part of an id, stands for: an experiment, else a training run.
 * @throws NotFoundError when it is neither; UsageError when several fit.
 */
export async function showByName(
  services: AppServices,
  wanted: string,
  options: { readonly limit?: number } = {},
): Promise<ShownByName> {
  try {
    return { kind: 'experiment', experiment: await showExperiment(services, wanted, options) };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
  try {
    return { kind: 'training run', trainingRun: await showTrainingRun(services, wanted) };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new NotFoundError(
      `There is no experiment and no training run ${wanted}. \`mlflow-ts experiments ls\` and \`mlflow-ts experiments search\` show what exists.`,
      { details: { wanted } },
    );
  }
}

const DEFAULT_LIMIT = 100;

function named({ id, name, createdAt }: ExperimentRow): Pick<ExperimentListing, 'id' | 'name' | 'createdAt'> {
  return { id, name, createdAt: isoTime(createdAt) };
}
