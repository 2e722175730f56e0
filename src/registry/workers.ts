import type { Selectable } from 'kysely';
import type { FlowRunId, WorkerId } from '../core/ids.ts';
import { TERMINAL_KINDS } from '../core/run-state.ts';
import type { WorkersTable } from './deployment-tables.ts';
import { parseJsonColumn } from './json-columns.ts';
import { processIdentitySchema } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

export type NewWorker = {
  readonly id: WorkerId;
  readonly name: string;
  readonly pool: string;
  /** Flow runs at once. */
  readonly slots: number;
  readonly owner: ProcessIdentity;
  readonly startedAt: number;
};

export type WorkerRow = NewWorker & {
  readonly heartbeatSeq: number;
  readonly heartbeatAt: number;
  /** Since then it takes no more runs. */
  readonly drainingAt: number | null;
  readonly endedAt: number | null;
};

/** Records a worker that has started, and forgets those that ended long ago. */
export async function insertWorker(db: RegistryDb, worker: NewWorker): Promise<void> {
  await withTransaction(db, async (transaction) => {
    await transaction
      .deleteFrom('workers')
      .where('ended_at', '<', worker.startedAt - KEEP_ENDED_MS)
      .execute();
    await transaction
      .insertInto('workers')
      .values({
        id: worker.id,
        name: worker.name,
        pool: worker.pool,
        slots: worker.slots,
        owner_json: JSON.stringify(worker.owner),
        heartbeat_seq: 0,
        heartbeat_at: worker.startedAt,
        started_at: worker.startedAt,
      })
      .execute();
  });
}

const KEEP_ENDED_MS = 7 * 24 * 3_600_000;

export type WorkerBeat = {
  readonly id: WorkerId;
  readonly at: number;
  /** Its runs whose process is not stopped. */
  readonly flowRunIds: readonly FlowRunId[];
};

/**
 * Shows that a worker lives, and with it the runs that it executes.
 * @returns those of the runs that are still its own: the others were ended or taken over.
 */
export async function beatWorker(db: RegistryDb, { id, at, flowRunIds }: WorkerBeat): Promise<Set<FlowRunId>> {
  return withTransaction(db, async (transaction) => {
    await transaction
      .updateTable('workers')
      .set((row) => ({ heartbeat_seq: row('heartbeat_seq', '+', 1), heartbeat_at: at, ended_at: null }))
      .where('id', '=', id)
      .execute();
    if (flowRunIds.length === 0) return new Set<FlowRunId>();
    const renewed = await transaction
      .updateTable('flow_runs')
      .set((row) => ({ heartbeat_seq: row('heartbeat_seq', '+', 1), heartbeat_at: at }))
      .where('id', 'in', flowRunIds)
      .where('state_kind', 'not in', TERMINAL_KINDS)
      .where('id', 'in', (query) =>
        query
          .selectFrom('queued_runs')
          .select('flow_run_id')
          .where('flow_run_id', 'in', flowRunIds)
          .where('worker_id', '=', id)
          .where('waits_since', 'is', null),
      )
      .returning('id')
      .execute();
    return new Set(renewed.map((row) => row.id as FlowRunId));
  });
}

/** From `at` on the worker takes no more runs (`draining_at`), or is no more (`ended_at`); the first time stays. */
export async function markWorker(
  db: RegistryDb,
  id: WorkerId,
  what: 'draining_at' | 'ended_at',
  at: number,
): Promise<void> {
  await db
    .updateTable('workers')
    .set({ [what]: at })
    .where('id', '=', id)
    .where(what, 'is', null)
    .execute();
}

/** Workers, newest first; those that have ended only when asked for. */
export async function listWorkers(
  db: RegistryDb,
  { withEnded = false }: { readonly withEnded?: boolean } = {},
): Promise<WorkerRow[]> {
  const rows = await db
    .selectFrom('workers')
    .selectAll()
    .$if(!withEnded, (query) => query.where('ended_at', 'is', null))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(toWorker);
}

/** The runs that each worker executes. */
export async function listWorkerRuns(db: RegistryDb): Promise<ReadonlyMap<WorkerId, readonly FlowRunId[]>> {
  const rows = await db
    .selectFrom('queued_runs')
    .innerJoin('flow_runs', 'flow_runs.id', 'queued_runs.flow_run_id')
    .select(['queued_runs.worker_id', 'queued_runs.flow_run_id'])
    .where('queued_runs.waits_since', 'is', null)
    .where('queued_runs.ended_at', 'is', null)
    .where('flow_runs.state_kind', 'not in', TERMINAL_KINDS)
    .orderBy('queued_runs.flow_run_id')
    .execute();
  const byWorker = new Map<WorkerId, FlowRunId[]>();
  for (const { worker_id: id, flow_run_id: run } of rows) {
    if (id === null) continue;
    const runs = byWorker.get(id as WorkerId) ?? [];
    byWorker.set(id as WorkerId, [...runs, run as FlowRunId]);
  }
  return byWorker;
}

function toWorker(row: Selectable<WorkersTable>): WorkerRow {
  return {
    id: row.id as WorkerId,
    name: row.name,
    pool: row.pool,
    slots: row.slots,
    owner: parseJsonColumn(processIdentitySchema, row.owner_json, 'workers.owner_json', row.id),
    heartbeatSeq: row.heartbeat_seq,
    heartbeatAt: row.heartbeat_at,
    drainingAt: row.draining_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
