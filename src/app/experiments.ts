import type { Json } from '../core/json.ts';
import { isTerminal } from '../core/run-state.ts';
import { livenessOf } from '../engine/this-process.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import {
  countByExperiment,
  findExperiment,
  listExperiments as listRows,
  type ExperimentRow,
} from '../registry/experiments.ts';
import { latestMetrics } from '../registry/metrics.ts';
import { listParams } from '../registry/params.ts';
import { listStudies } from '../registry/studies.ts';
import { listTrainingRuns, type TrainingRunRow } from '../registry/training-runs.ts';
import { isoTime } from './iso-time.ts';
import type { AppServices } from './services.ts';
import { studyListing, type StudyListing } from './trials.ts';

/** An experiment as `experiments ls` lists it. Times are ISO 8601, UTC. */
export type ExperimentListing = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly trainingRuns: number;
  readonly studies: number;
};

/** A training run with what it was given and the last value of what it measured. */
export type TrainingRunListing = {
  readonly id: string;
  readonly name: string;
  readonly status: TrainingRunRow['status'];
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly datasetVersion: string | null;
  readonly params: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly error: string | null;
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

const DEFAULT_LIMIT = 100;

function named({ id, name, createdAt }: ExperimentRow): Pick<ExperimentListing, 'id' | 'name' | 'createdAt'> {
  return { id, name, createdAt: isoTime(createdAt) };
}

async function trainingRunListing({ registry }: AppServices, run: TrainingRunRow): Promise<TrainingRunListing> {
  const { id, name, startedAt, endedAt, datasetVersionId, error } = run;
  const flowRun = run.flowRunId === null ? undefined : await getFlowRun(registry.db, run.flowRunId);
  return {
    ...{ id, name, status: statusOf(run, flowRun) },
    startedAt: isoTime(startedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    datasetVersion: datasetVersionId,
    params: await listParams(registry.db, id),
    metrics: await latestMetrics(registry.db, id),
    error: error?.message ?? null,
  };
}

/** A training whose flow run has ended, or whose process is gone, runs no more, though nobody was left to record it. */
function statusOf({ status, flowRunId }: TrainingRunRow, flowRun: FlowRunRow | undefined): TrainingRunRow['status'] {
  if (status !== 'running' || flowRunId === null) return status;
  if (flowRun === undefined || isTerminal(flowRun.state.kind)) return 'killed';
  return flowRun.owner !== null && livenessOf(flowRun.owner) === 'dead' ? 'killed' : status;
}
