import type { FlowRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { isTerminal, TERMINAL_KINDS } from '../core/run-state.ts';
import type { RunState, RunStateKind } from '../core/run-state.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { appendState } from './state-history.ts';

export type FlowStateWrite = {
  readonly id: FlowRunId;
  /** The attempt that writes; an older one than the recorded is refused. */
  readonly attempt: number;
  readonly from: readonly RunStateKind[];
  readonly to: RunState;
  readonly result?: Json;
  readonly patch?: { readonly name?: string; readonly tags?: readonly string[]; readonly owner?: ProcessIdentity };
};

/**
 * Moves a flow run to a state and adds it to the history, in one transaction.
 * @returns false when nothing was written: another attempt has taken over, or the state is none of `from` any more.
 */
export async function writeFlowState(db: RegistryDb, write: FlowStateWrite): Promise<boolean> {
  const { id, attempt, from, to, result, patch = {} } = write;
  const stateJson = JSON.stringify(to);
  return withTransaction(db, async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('flow_runs')
      .set((row) => ({
        state_kind: to.kind,
        state_json: stateJson,
        ...(to.kind === 'Running' ? { started_at: row.fn.coalesce('started_at', row.val(to.at)) } : {}),
        ...(isTerminal(to.kind) ? { ended_at: to.at } : {}),
        ...(result === undefined ? {} : { result_json: JSON.stringify(result) }),
        ...(patch.name === undefined ? {} : { name: patch.name }),
        ...(patch.tags === undefined ? {} : { tags_json: JSON.stringify(patch.tags) }),
        ...(patch.owner === undefined ? {} : { owner_json: JSON.stringify(patch.owner) }),
      }))
      .where('id', '=', id)
      .where('attempt', '=', attempt)
      .where('state_kind', 'in', from)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await appendState(transaction, { kind: 'flow', id, attempt }, to);
    return true;
  });
}

export type FlowAttemptStart = {
  readonly id: FlowRunId;
  readonly expectedAttempt: number;
  /** Null: nobody yet, it waits for a worker. */
  readonly owner: ProcessIdentity | null;
  readonly state: RunState;
};

/**
 * Begins the next attempt of a flow run that has ended: from here on, what older attempts still write is refused.
 * @returns false when the run is not at the expected attempt any more or has not ended.
 */
export async function beginFlowAttempt(db: RegistryDb, start: FlowAttemptStart): Promise<boolean> {
  const { id, expectedAttempt, owner, state } = start;
  const attempt = expectedAttempt + 1;
  return withTransaction(db, async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('flow_runs')
      .set((row) => ({
        attempt,
        state_kind: state.kind,
        state_json: JSON.stringify(state),
        owner_json: owner === null ? null : JSON.stringify(owner),
        heartbeat_seq: row('heartbeat_seq', '+', 1),
        heartbeat_at: null,
        result_json: null,
        ended_at: null,
        cancel_requested_at: null,
        cancel_reason: null,
        discarded_at: null,
      }))
      .where('id', '=', id)
      .where('attempt', '=', expectedAttempt)
      .where('state_kind', 'in', TERMINAL_KINDS)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await appendState(transaction, { kind: 'flow', id, attempt }, state);
    return true;
  });
}

export type CancelRequest = { readonly at: number; readonly reason: string };

/**
 * Asks the run's owner to cancel it; the first request stays.
 * @returns false when the run has ended or does not exist.
 */
export async function requestCancel(db: RegistryDb, request: CancelRequest & { id: FlowRunId }): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('flow_runs')
    .set((row) => ({
      cancel_requested_at: row.fn.coalesce('cancel_requested_at', row.val(request.at)),
      cancel_reason: row.fn.coalesce('cancel_reason', row.val(request.reason)),
    }))
    .where('id', '=', request.id)
    .where('state_kind', 'not in', TERMINAL_KINDS)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The request to cancel this run, if somebody made one. */
export async function readCancelRequest(db: RegistryDb, id: FlowRunId): Promise<CancelRequest | undefined> {
  const row = await db
    .selectFrom('flow_runs')
    .select(['cancel_requested_at', 'cancel_reason'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined || row.cancel_requested_at === null) return undefined;
  return { at: row.cancel_requested_at, reason: row.cancel_reason ?? '' };
}

/** Those of the runs that somebody wants cancelled. */
export async function listCancelRequested(db: RegistryDb, ids: readonly FlowRunId[]): Promise<Set<FlowRunId>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('flow_runs')
    .select('id')
    .where('id', 'in', ids)
    .where('cancel_requested_at', 'is not', null)
    .execute();
  return new Set(rows.map((row) => row.id as FlowRunId));
}

/**
 * Shows that the owner lives.
 * @returns false when the lease is lost: another attempt has taken over, or the run has ended.
 */
export async function renewLease(
  db: RegistryDb,
  lease: { readonly id: FlowRunId; readonly attempt: number; readonly at: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('flow_runs')
    .set((row) => ({ heartbeat_seq: row('heartbeat_seq', '+', 1), heartbeat_at: lease.at }))
    .where('id', '=', lease.id)
    .where('attempt', '=', lease.attempt)
    .where('state_kind', 'not in', TERMINAL_KINDS)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
