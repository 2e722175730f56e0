import type { RunStateKind } from '../core/run-state.ts';
import type { RegistryDb } from './registry-db.ts';

/** How the run that was started, to which a task run belongs, stands. */
export type TaskRunOwner = { readonly state: RunStateKind; readonly endedAt: number | null };

/** The root flow runs of these task runs, by the task run's id; ids that are not known are left out. */
export async function findTaskRunOwners(
  db: RegistryDb,
  taskRunIds: readonly string[],
): Promise<ReadonlyMap<string, TaskRunOwner>> {
  const rows = await db
    .selectFrom('task_runs')
    .innerJoin('flow_runs', 'flow_runs.id', 'task_runs.flow_run_id')
    .innerJoin('flow_runs as root', 'root.id', 'flow_runs.root_flow_run_id')
    .select(['task_runs.id', 'root.state_kind', 'root.ended_at'])
    .where('task_runs.id', 'in', taskRunIds)
    .where('root.deleted_at', 'is', null)
    .execute();
  return new Map(rows.map((row) => [row.id, { state: row.state_kind as RunStateKind, endedAt: row.ended_at }]));
}
