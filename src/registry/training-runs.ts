import type { Selectable } from 'kysely';
import type {
  DatasetVersionId,
  ExperimentId,
  FlowRunId,
  TaskRunId,
  TensorCacheId,
  TrainingRunId,
  TrialId,
} from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunError } from '../core/run-state.ts';
import { findOne } from './find-one.ts';
import { jsonObjectSchema, parseNullableJsonColumn } from './json-columns.ts';
import { listMatchingIds } from './matching-ids.ts';
import type { TrainingRunsTable } from './model-tables.ts';
import type { RegistryDb } from './registry-db.ts';
import { runErrorSchema } from './run-state-schema.ts';

export type TrainingRunStatus = 'running' | 'finished' | 'failed' | 'killed';

export type TrainingRunRow = {
  readonly id: TrainingRunId;
  readonly experimentId: ExperimentId;
  readonly name: string;
  readonly status: TrainingRunStatus;
  readonly flowRunId: FlowRunId | null;
  readonly taskRunId: TaskRunId | null;
  readonly trialId: TrialId | null;
  readonly datasetVersionId: DatasetVersionId | null;
  readonly tensorCacheId: TensorCacheId | null;
  readonly codeVersion: string;
  readonly engine: JsonObject | null;
  readonly error: RunError | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
};

export type NewTrainingRun = Pick<TrainingRunRow, 'id' | 'experimentId' | 'name' | 'codeVersion' | 'startedAt'> &
  Partial<
    Pick<TrainingRunRow, 'flowRunId' | 'taskRunId' | 'trialId' | 'datasetVersionId' | 'tensorCacheId' | 'engine'>
  >;

/** Records a training run that has begun. */
export async function startTrainingRun(db: RegistryDb, run: NewTrainingRun): Promise<void> {
  await db
    .insertInto('training_runs')
    .values({
      id: run.id,
      experiment_id: run.experimentId,
      name: run.name,
      status: 'running',
      flow_run_id: run.flowRunId ?? null,
      task_run_id: run.taskRunId ?? null,
      trial_id: run.trialId ?? null,
      dataset_version_id: run.datasetVersionId ?? null,
      tensor_cache_id: run.tensorCacheId ?? null,
      code_version: run.codeVersion,
      engine_json: run.engine === undefined ? null : JSON.stringify(run.engine),
      started_at: run.startedAt,
    })
    .execute();
}

export type TrainingRunEnd = {
  readonly id: TrainingRunId;
  readonly status: Exclude<TrainingRunStatus, 'running'>;
  readonly at: number;
  /** What executed it, known only when it was chosen. */
  readonly engine?: JsonObject;
  readonly error?: RunError;
};

/**
 * Records how a training run ended.
 * @returns false when it had ended already: the first end stays.
 */
export async function finishTrainingRun(db: RegistryDb, end: TrainingRunEnd): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('training_runs')
    .set({
      status: end.status,
      ended_at: end.at,
      ...(end.engine === undefined ? {} : { engine_json: JSON.stringify(end.engine) }),
      ...(end.error === undefined ? {} : { error_json: JSON.stringify(end.error) }),
    })
    .where('id', '=', end.id)
    .where('status', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** The training run, or undefined when there is none with this id. */
export async function getTrainingRun(db: RegistryDb, id: TrainingRunId): Promise<TrainingRunRow | undefined> {
  const row = await db.selectFrom('training_runs').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toTrainingRun(row);
}

/**
 * The training run a person means: by id, the beginning or end of an id, or name.
 * @throws NotFoundError; UsageError naming the candidates when several fit.
 */
export async function findTrainingRun(db: RegistryDb, idOrName: string): Promise<TrainingRunRow> {
  const { ids, total } = await listMatchingIds(db, { table: 'training_runs', wanted: idOrName, named: true });
  const rows = await db.selectFrom('training_runs').selectAll().where('id', 'in', ids).orderBy('id', 'desc').execute();
  const found = findOne(rows, {
    what: 'training run',
    wanted: idOrName,
    total,
    isExact: (row) => row.id === idOrName,
    describe: (row) => `${row.id} (${row.name}, ${row.status})`,
    list: 'mlflow-ts experiments show EXPERIMENT',
  });
  return toTrainingRun(found);
}

export type TrainingRunFilter = {
  readonly experimentId?: ExperimentId;
  readonly flowRunId?: FlowRunId;
  readonly status?: TrainingRunStatus;
  readonly limit?: number;
};

/** Training runs, newest first. */
export async function listTrainingRuns(db: RegistryDb, filter: TrainingRunFilter = {}): Promise<TrainingRunRow[]> {
  const { experimentId, flowRunId, status, limit } = filter;
  const rows = await db
    .selectFrom('training_runs')
    .selectAll()
    .$if(experimentId !== undefined, (query) => query.where('experiment_id', '=', experimentId!))
    .$if(flowRunId !== undefined, (query) => query.where('flow_run_id', '=', flowRunId!))
    .$if(status !== undefined, (query) => query.where('status', '=', status!))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .execute();
  return rows.map(toTrainingRun);
}

/** The row as the registry's functions return it. */
export function toTrainingRun(row: Selectable<TrainingRunsTable>): TrainingRunRow {
  return {
    id: row.id as TrainingRunId,
    experimentId: row.experiment_id as ExperimentId,
    name: row.name,
    status: row.status,
    flowRunId: row.flow_run_id as FlowRunId | null,
    taskRunId: row.task_run_id as TaskRunId | null,
    trialId: row.trial_id as TrialId | null,
    datasetVersionId: row.dataset_version_id as DatasetVersionId | null,
    tensorCacheId: row.tensor_cache_id as TensorCacheId | null,
    codeVersion: row.code_version,
    engine: parseNullableJsonColumn(jsonObjectSchema, row.engine_json, 'training_runs.engine_json', row.id),
    error: parseNullableJsonColumn(runErrorSchema, row.error_json, 'training_runs.error_json', row.id),
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
