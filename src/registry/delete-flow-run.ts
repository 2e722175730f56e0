import { ConflictError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { OPEN_KINDS } from '../core/run-state.ts';
import { listFlowRunTree } from './flow-run-tree.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

/** What a deletion took out of the registry. */
export type DeletedRows = {
  readonly flowRuns: number;
  readonly taskRuns: number;
  readonly logs: number;
  readonly artifacts: number;
  readonly results: number;
  /** Stored files they named; something else may name them too. */
  readonly storageHashes: readonly string[];
};

export const NOTHING_DELETED: DeletedRows = {
  flowRuns: 0,
  taskRuns: 0,
  logs: 0,
  artifacts: 0,
  results: 0,
  storageHashes: [],
};

/**
 * Marks a flow run and its subflow runs as deleted: from now on they count as gone, and `deletePiece` takes them out.
 * @returns false when there is no such run (any more).
 * @throws ConflictError when the run or a subflow run has not ended.
 */
export async function markFlowRunDeleted(db: RegistryDb, id: FlowRunId, at: number): Promise<boolean> {
  return withTransaction(db, async (transaction) => {
    const ids = await listFlowRunTree(transaction, id);
    await assertEnded(transaction, ids);
    let marked = 0n;
    for (let start = 0; start < ids.length; start += MAX_LIST) {
      const { numUpdatedRows } = await transaction
        .updateTable('flow_runs')
        .set({ deleted_at: at })
        .where('id', 'in', ids.slice(start, start + MAX_LIST))
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      marked += numUpdatedRows;
    }
    return marked > 0n;
  });
}

/**
 * Takes a piece of what is marked as deleted out of the registry, small enough that nobody who writes waits long: task
 * runs with their states and results, log lines, artifacts, at last the flow runs. Training runs and their artifacts stay.
 * @returns undefined when nothing is marked any more.
 */
export async function deletePiece(db: RegistryDb): Promise<DeletedRows | undefined> {
  return withTransaction(db, async (transaction) => {
    const ids = await listLeaves(transaction);
    if (ids.length === 0) return undefined;
    return (
      (await deleteTaskRuns(transaction, ids)) ??
      (await deleteLogs(transaction, ids)) ??
      (await deleteArtifacts(transaction, ids)) ??
      (await deleteFlowRuns(transaction, ids))
    );
  });
}

/** The stored files of these that neither an artifact nor a result names. */
export async function keepUnnamed(db: RegistryDb, hashes: readonly string[]): Promise<string[]> {
  const unnamed: string[] = [];
  for (const hash of new Set(hashes)) {
    const named = await db
      .selectFrom('results')
      .select('storage_hash')
      .where('storage_hash', '=', hash)
      .unionAll(db.selectFrom('artifacts').select('storage_hash').where('storage_hash', '=', hash))
      .limit(1)
      .executeTakeFirst();
    if (named === undefined) unnamed.push(hash);
  }
  return unnamed;
}

async function assertEnded(db: RegistryDb, ids: readonly FlowRunId[]): Promise<void> {
  for (let start = 0; start < ids.length; start += MAX_LIST) {
    const open = await db
      .selectFrom('flow_runs')
      .select(['id', 'name', 'state_kind'])
      .where('id', 'in', ids.slice(start, start + MAX_LIST))
      .where('state_kind', 'in', OPEN_KINDS)
      .executeTakeFirst();
    if (open === undefined) continue;
    throw new ConflictError(
      `Flow run ${open.name} is ${open.state_kind}. Cancel it first: mlflow-ts runs cancel ${open.id}`,
      { details: { id: open.id, state: open.state_kind } },
    );
  }
}

/** Marked flow runs without subflow runs: a flow run is deleted after those below it. */
async function listLeaves(db: RegistryDb): Promise<FlowRunId[]> {
  const rows = await db
    .selectFrom('flow_runs')
    .select('id')
    .where('deleted_at', 'is not', null)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('flow_runs as below')
            .select('below.id')
            .whereRef('below.parent_flow_run_id', '=', 'flow_runs.id'),
        ),
      ),
    )
    .limit(PIECE_FLOW_RUNS)
    .execute();
  return rows.map((row) => row.id as FlowRunId);
}

type Piece = Promise<DeletedRows | undefined>;

async function deleteTaskRuns(db: RegistryDb, flowRunIds: readonly FlowRunId[]): Piece {
  const taskRuns = await db
    .selectFrom('task_runs')
    .select(['id', 'result_id'])
    .where('flow_run_id', 'in', flowRunIds)
    .limit(PIECE_TASK_RUNS)
    .execute();
  if (taskRuns.length === 0) return undefined;
  const ids = taskRuns.map(({ id }) => id);
  await db.deleteFrom('state_history').where('run_id', 'in', ids).execute();
  await db.deleteFrom('task_runs').where('id', 'in', ids).execute();
  const results = await db
    .deleteFrom('results')
    .where(
      'id',
      'in',
      taskRuns.flatMap((row) => row.result_id ?? []),
    )
    .where((where) =>
      where.not(
        where.exists(
          where.selectFrom('task_runs').select('task_runs.id').whereRef('task_runs.result_id', '=', 'results.id'),
        ),
      ),
    )
    .returning('storage_hash')
    .execute();
  return { ...NOTHING_DELETED, taskRuns: ids.length, results: results.length, storageHashes: hashesOf(results) };
}

async function deleteLogs(db: RegistryDb, flowRunIds: readonly FlowRunId[]): Piece {
  const { numDeletedRows } = await db
    .deleteFrom('logs')
    .where('id', 'in', (query) =>
      query.selectFrom('logs').select('id').where('flow_run_id', 'in', flowRunIds).limit(PIECE_LOGS),
    )
    .executeTakeFirst();
  return numDeletedRows === 0n ? undefined : { ...NOTHING_DELETED, logs: Number(numDeletedRows) };
}

async function deleteArtifacts(db: RegistryDb, flowRunIds: readonly FlowRunId[]): Piece {
  await db
    .updateTable('artifacts')
    .set({ flow_run_id: null, task_run_id: null })
    .where('flow_run_id', 'in', flowRunIds)
    .where('training_run_id', 'is not', null)
    .execute();
  const deleted = await db
    .deleteFrom('artifacts')
    .where('id', 'in', (query) =>
      query.selectFrom('artifacts').select('id').where('flow_run_id', 'in', flowRunIds).limit(PIECE_TASK_RUNS),
    )
    .returning('storage_hash')
    .execute();
  if (deleted.length === 0) return undefined;
  return { ...NOTHING_DELETED, artifacts: deleted.length, storageHashes: hashesOf(deleted) };
}

async function deleteFlowRuns(db: RegistryDb, ids: readonly FlowRunId[]): Promise<DeletedRows> {
  await db.deleteFrom('state_history').where('run_id', 'in', ids).execute();
  await db.deleteFrom('flow_runs').where('id', 'in', ids).execute();
  return { ...NOTHING_DELETED, flowRuns: ids.length };
}

function hashesOf(rows: readonly { readonly storage_hash: string | null }[]): string[] {
  return rows.flatMap((row) => row.storage_hash ?? []);
}

const MAX_LIST = 500;
const PIECE_FLOW_RUNS = 50;
const PIECE_TASK_RUNS = 500;
const PIECE_LOGS = 2_000;
