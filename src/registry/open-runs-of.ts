import type { DeploymentId, FlowRunId } from '../core/ids.ts';
import { OPEN_KINDS } from '../core/run-state.ts';
import { requestCancel, writeFlowState, type CancelRequest } from './flow-run-states.ts';
import type { RegistryDb } from './registry-db.ts';

/** The runs of a deployment that have not ended, oldest first. */
export async function openRunsOf(db: RegistryDb, deploymentId: DeploymentId): Promise<FlowRunId[]> {
  const rows = await db
    .selectFrom('queued_runs')
    .innerJoin('flow_runs', 'flow_runs.id', 'queued_runs.flow_run_id')
    .select('flow_runs.id')
    .where('queued_runs.deployment_id', '=', deploymentId)
    .where('queued_runs.ended_at', 'is', null)
    .where('flow_runs.state_kind', 'in', OPEN_KINDS)
    .orderBy('flow_runs.id')
    .execute();
  return rows.map(({ id }) => id as FlowRunId);
}

/** Cancels a queued run: at once while it waits for a worker, else by asking its process. */
export async function cancelQueuedRun(db: RegistryDb, id: FlowRunId, { at, reason }: CancelRequest): Promise<void> {
  const row = await db
    .selectFrom('queued_runs')
    .innerJoin('flow_runs', 'flow_runs.id', 'queued_runs.flow_run_id')
    .select('flow_runs.attempt')
    .where('queued_runs.flow_run_id', '=', id)
    .where('queued_runs.waits_since', 'is not', null)
    .executeTakeFirst();
  const to = { kind: 'Cancelled', at, reason } as const;
  const ended = row !== undefined && (await writeFlowState(db, { id, attempt: row.attempt, from: ['Scheduled'], to }));
  if (!ended) {
    await requestCancel(db, { id, at, reason });
    return;
  }
  await db.updateTable('queued_runs').set({ waits_since: null, ended_at: at }).where('flow_run_id', '=', id).execute();
}
