import { ConflictError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { TERMINAL_KINDS } from '../core/run-state.ts';
import { listFlowRunTree } from './flow-run-tree.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

/**
 * Deletes a flow run with its subflow runs, task runs, states, logs, artifacts and those results that no other run uses.
 * Training runs and their artifacts stay.
 * @returns the hashes of stored files that nothing refers to any more: the caller removes them from storage afterwards.
 * @throws ConflictError when the run or a subflow run has not ended.
 */
export async function deleteFlowRun(db: RegistryDb, id: FlowRunId): Promise<string[]> {
  return withTransaction(db, async (transaction) => {
    const ids = await listFlowRunTree(transaction, id);
    await assertEnded(transaction, ids);
    await transaction
      .updateTable('artifacts')
      .set({ flow_run_id: null, task_run_id: null })
      .where('flow_run_id', 'in', ids)
      .where('training_run_id', 'is not', null)
      .execute();
    const hashes = await listStorageHashes(transaction, ids);
    await deleteHistory(transaction, ids);
    await transaction
      .deleteFrom('results')
      .where('id', 'in', (query) => query.selectFrom('task_runs').select('result_id').where('flow_run_id', 'in', ids))
      .where('id', 'not in', (query) =>
        query
          .selectFrom('task_runs')
          .select('result_id')
          .where('flow_run_id', 'not in', ids)
          .where('result_id', 'is not', null),
      )
      .execute();
    await transaction.deleteFrom('flow_runs').where('id', 'in', ids).execute();
    return keepUnused(transaction, hashes);
  });
}

async function assertEnded(db: RegistryDb, ids: readonly FlowRunId[]): Promise<void> {
  const open = await db
    .selectFrom('flow_runs')
    .select(['id', 'name', 'state_kind'])
    .where('id', 'in', ids)
    .where('state_kind', 'not in', TERMINAL_KINDS)
    .executeTakeFirst();
  if (open === undefined) return;
  throw new ConflictError(
    `Flow run ${open.name} is ${open.state_kind}. Cancel it first: mlflow-ts runs cancel ${open.id}`,
    { details: { id: open.id, state: open.state_kind } },
  );
}

async function listStorageHashes(db: RegistryDb, ids: readonly FlowRunId[]): Promise<string[]> {
  const rows = await db
    .selectFrom('results')
    .select('storage_hash')
    .where('storage_hash', 'is not', null)
    .where('id', 'in', (query) => query.selectFrom('task_runs').select('result_id').where('flow_run_id', 'in', ids))
    .union(
      db
        .selectFrom('artifacts')
        .select('storage_hash')
        .where('storage_hash', 'is not', null)
        .where('flow_run_id', 'in', ids),
    )
    .execute();
  return rows.flatMap((row) => row.storage_hash ?? []);
}

async function deleteHistory(db: RegistryDb, ids: readonly FlowRunId[]): Promise<void> {
  const taskRunIds = db.selectFrom('task_runs').select('task_runs.id').where('flow_run_id', 'in', ids);
  await db
    .deleteFrom('state_history')
    .where((where) => where.or([where('run_id', 'in', ids), where('run_id', 'in', taskRunIds)]))
    .execute();
}

async function keepUnused(db: RegistryDb, hashes: readonly string[]): Promise<string[]> {
  const unused: string[] = [];
  for (const hash of hashes) {
    const result = await db
      .selectFrom('results')
      .select('id')
      .where('storage_hash', '=', hash)
      .limit(1)
      .executeTakeFirst();
    const artifact = await db
      .selectFrom('artifacts')
      .select('id')
      .where('storage_hash', '=', hash)
      .limit(1)
      .executeTakeFirst();
    if (result === undefined && artifact === undefined) unused.push(hash);
  }
  return unused;
}
