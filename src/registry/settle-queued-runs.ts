import type { FlowRunId } from '../core/ids.ts';
import { TERMINAL_KINDS } from '../core/run-state.ts';
import { processIdentitySchema } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { parseNullableJsonColumn } from './json-columns.ts';
import { beginFlowAttempt } from './flow-run-states.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

/** A queued run that crashed and waits for a worker again. */
export type RequeuedRun = {
  readonly flowRunId: FlowRunId;
  readonly attempt: number;
  /** The process that had it: it may live, frozen or cut off, and what it still writes is refused. */
  readonly owner: ProcessIdentity | null;
};

/**
 * Goes through the queued runs that have ended: one that crashed, and may be tried again, waits for a worker again as its next
 * attempt; the others leave the queue. Whoever ended them may have died before; everybody may call it at any time.
 */
export async function settleQueuedRuns(db: RegistryDb, now: number): Promise<RequeuedRun[]> {
  const ended = await listEnded(db);
  const requeued: RequeuedRun[] = [];
  for (const { flow_run_id: id } of ended) {
    const again = await withTransaction(db, (transaction) => settle(transaction, id as FlowRunId, now));
    if (again !== undefined) requeued.push(again);
  }
  return requeued;
}

/** An attempt that never came to its body was not the flow's fault, unless that happens again and again. */
const MAX_UNSTARTED = 3;

async function settle(db: RegistryDb, id: FlowRunId, now: number): Promise<RequeuedRun | undefined> {
  const [run] = await listEnded(db, id);
  if (run === undefined) return undefined;
  const begun = await countBegun(db, id, run.attempt);
  const mayGoOn = begun.thisOne ? run.crash_retries > 0 : run.attempt - begun.all <= MAX_UNSTARTED;
  const state = { kind: 'Scheduled', at: now, scheduledFor: run.scheduled_for } as const;
  const isAgain =
    run.state_kind === 'Crashed' &&
    mayGoOn &&
    (await beginFlowAttempt(db, { id, expectedAttempt: run.attempt, owner: null, state }));
  await db
    .updateTable('queued_runs')
    .set(
      isAgain
        ? { waits_since: now, crash_retries: run.crash_retries - (begun.thisOne ? 1 : 0) }
        : { waits_since: null, ended_at: now },
    )
    .where('flow_run_id', '=', id)
    .execute();
  if (!isAgain) return undefined;
  const owner = parseNullableJsonColumn(processIdentitySchema, run.owner_json, 'flow_runs.owner_json', id);
  return { flowRunId: id, attempt: run.attempt + 1, owner };
}

async function listEnded(db: RegistryDb, id?: FlowRunId) {
  return db
    .selectFrom('queued_runs')
    .innerJoin('flow_runs', 'flow_runs.id', 'queued_runs.flow_run_id')
    .select([
      'queued_runs.flow_run_id',
      'queued_runs.crash_retries',
      'queued_runs.scheduled_for',
      'flow_runs.attempt',
      'flow_runs.state_kind',
      'flow_runs.owner_json',
    ])
    .where('queued_runs.ended_at', 'is', null)
    .where('flow_runs.state_kind', 'in', TERMINAL_KINDS)
    .$if(id !== undefined, (query) => query.where('queued_runs.flow_run_id', '=', id!))
    .execute();
}

/** How many attempts came to Running, and whether the latest did. */
async function countBegun(
  db: RegistryDb,
  id: FlowRunId,
  latest: number,
): Promise<{ readonly all: number; readonly thisOne: boolean }> {
  const rows = await db
    .selectFrom('state_history')
    .select('attempt')
    .distinct()
    .where('run_id', '=', id)
    .where('state_kind', '=', 'Running')
    .execute();
  return { all: rows.length, thisOne: rows.some(({ attempt }) => attempt === latest) };
}
