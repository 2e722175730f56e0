import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import { SUCCESSFUL_KINDS } from '../core/run-state.ts';
import type { RunStateKind } from '../core/run-state.ts';
import type { RegistryDb } from './registry-db.ts';
import { toTaskRun } from './task-run-row.ts';
import type { TaskRunRow } from './task-run-row.ts';

/** How many task runs of one task are in one state. */
export type TaskRunCount = {
  readonly flowRunId: FlowRunId;
  readonly taskName: string;
  readonly state: RunStateKind;
  readonly count: number;
};

/** The task runs of these flow runs, counted by flow run, task and state. */
export async function countTaskRuns(db: RegistryDb, flowRunIds: readonly FlowRunId[]): Promise<TaskRunCount[]> {
  const rows = await db
    .selectFrom('task_runs')
    .select((row) => ['flow_run_id', 'task_name', 'state_kind', row.fn.countAll<number>().as('count')])
    .where('flow_run_id', 'in', flowRunIds)
    .groupBy(['flow_run_id', 'task_name', 'state_kind'])
    .execute();
  return rows.map((row) => ({
    flowRunId: row.flow_run_id as FlowRunId,
    taskName: row.task_name,
    state: row.state_kind as RunStateKind,
    count: row.count,
  }));
}

/**
 * Of the task runs of these flow runs at most so many, in the order they were created: half of them the newest that have
 * not succeeded (yet), the others the newest of all.
 */
export async function listNotableTaskRuns(
  db: RegistryDb,
  flowRunIds: readonly FlowRunId[],
  limit: number,
): Promise<TaskRunRow[]> {
  const newest = db
    .selectFrom('task_runs')
    .select('id')
    .where('flow_run_id', 'in', flowRunIds)
    .orderBy('id', 'desc')
    .limit(Math.ceil(limit / 2));
  const unsuccessful = await newest.where('state_kind', 'not in', SUCCESSFUL_KINDS).execute();
  const ids = [...unsuccessful, ...(await newest.execute())].map(({ id }) => id);
  const rows = await db.selectFrom('task_runs').selectAll().where('id', 'in', ids).orderBy('id').execute();
  return rows.map(toTaskRun);
}

/** The names of these task runs and of their tasks. */
export async function listTaskRunNames(
  db: RegistryDb,
  ids: readonly TaskRunId[],
): Promise<ReadonlyMap<TaskRunId, { readonly name: string; readonly taskName: string }>> {
  const rows = await db.selectFrom('task_runs').select(['id', 'name', 'task_name']).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id as TaskRunId, { name: row.name, taskName: row.task_name }]));
}

/** The task runs of these flow runs that a person means by a task's name, a run's name or the end of its id. */
export async function findTaskRunIds(
  db: RegistryDb,
  flowRunIds: readonly FlowRunId[],
  wanted: string,
): Promise<ReadonlySet<TaskRunId>> {
  const rows = await db
    .selectFrom('task_runs')
    .select(['id', 'name', 'task_name'])
    .where('flow_run_id', 'in', flowRunIds)
    .execute();
  const fitting = rows.filter(({ id, name, task_name }) => [task_name, name].includes(wanted) || id.endsWith(wanted));
  return new Set(fitting.map(({ id }) => id as TaskRunId));
}
