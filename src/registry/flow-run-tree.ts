import type { FlowRunId } from '../core/ids.ts';
import type { RegistryDb } from './registry-db.ts';
import { sql } from './kysely.ts';

/** A flow run's id and those of the subflow runs below it, parents before children. */
export async function listFlowRunTree(db: RegistryDb, id: FlowRunId): Promise<FlowRunId[]> {
  const { rows } = await sql<{ id: FlowRunId }>`
    with recursive tree (id, depth) as (
      select ${id}, 0
      union all
      select flow_runs.id, tree.depth + 1 from flow_runs join tree on flow_runs.parent_flow_run_id = tree.id
    )
    select id from tree order by depth, id
  `.execute(db);
  return rows.map((row) => row.id);
}
