import type { Clock } from '../core/clock.ts';
import { ConflictError, NotFoundError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { isTerminal } from '../core/run-state.ts';
import { requestCancel } from '../registry/flow-run-states.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { closeFlowRunTree } from './close-flow-run-tree.ts';
import { livenessOf } from './this-process.ts';

export type CancelOptions = { readonly clock: Clock; readonly reason?: string };

/**
 * Cancels a flow run from any process. Where its owner lives (or may, on another host) it is asked to, which it notices
 * within a second; a run that nobody owns, or whose owner is dead, is Cancelled at once.
 * @throws NotFoundError; ConflictError when it has ended.
 */
export async function cancelFlowRun(
  db: RegistryDb,
  id: FlowRunId,
  { clock, reason = 'cancelled by request' }: CancelOptions,
): Promise<'requested' | 'cancelled'> {
  const row = await getFlowRun(db, id);
  if (row === undefined) throw new NotFoundError(`There is no flow run ${id}. List them with: mlflow-ts runs ls`);
  if (isTerminal(row.state.kind)) throw alreadyEnded(id, row.state.kind);

  const at = clock.now();
  if (row.owner !== null && livenessOf(row.owner) !== 'dead') {
    if (await requestCancel(db, { id, at, reason })) return 'requested';
    throw alreadyEnded(id, 'no longer running');
  }
  if (await closeFlowRunTree(db, row, { kind: 'Cancelled', at, reason })) return 'cancelled';
  throw alreadyEnded(id, 'no longer running');
}

function alreadyEnded(id: FlowRunId, state: string): ConflictError {
  return new ConflictError(`Flow run ${id} has ended (${state}): there is nothing to cancel.`);
}
