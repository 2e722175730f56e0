import type { FlowRunId } from '../core/ids.ts';
import type { RegistryDb } from './registry-db.ts';

/** A flow run's id and those of the subflow runs below it, parents before children. */
export async function listFlowRunTree(db: RegistryDb, id: FlowRunId): Promise<FlowRunId[]> {
  const ids: FlowRunId[] = [];
  let generation: FlowRunId[] = [id];
  while (generation.length > 0) {
    ids.push(...generation);
    const children = await db
      .selectFrom('flow_runs')
      .select('id')
      .where('parent_flow_run_id', 'in', generation)
      .orderBy('id')
      .execute();
    generation = children.map((row) => row.id as FlowRunId);
  }
  return ids;
}
