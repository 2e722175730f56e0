import { sql } from './kysely.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { TERMINAL_KINDS } from '../core/run-state.ts';

/** The pool that is always there, also before it has a row. */
export const DEFAULT_POOL = 'default';

export type WorkPoolRow = {
  readonly name: string;
  /** Null: no limit. */
  readonly concurrency: number | null;
  readonly pausedAt: number | null;
};

/** The pool, or undefined when there is none of this name. */
export async function getWorkPool(db: RegistryDb, name: string): Promise<WorkPoolRow | undefined> {
  const row = await db
    .selectFrom('work_pools')
    .select(['name', 'concurrency', 'paused_at as pausedAt'])
    .where('name', '=', name)
    .executeTakeFirst();
  return row ?? (name === DEFAULT_POOL ? { name, concurrency: null, pausedAt: null } : undefined);
}

/** A pool with what goes on in it. */
export type WorkPoolUse = WorkPoolRow & {
  /** Runs that are due or will be, and wait for a worker. */
  readonly waiting: number;
  /** Runs that a worker has taken. */
  readonly running: number;
  /** Workers that have not ended, as far as is recorded. */
  readonly workers: number;
  readonly deployments: number;
};

/** All pools by name. */
export async function listWorkPools(db: RegistryDb): Promise<WorkPoolUse[]> {
  const { rows } = await sql<WorkPoolUse>`
    select name, concurrency, paused_at as "pausedAt",
      (select count(*) from queued_runs join flow_runs on flow_runs.id = queued_runs.flow_run_id
        where queued_runs.pool = pools.name and waits_since is not null
        and flow_runs.state_kind not in (${terminal})) as waiting,
      (select count(*) from queued_runs join flow_runs on flow_runs.id = queued_runs.flow_run_id
        where queued_runs.pool = pools.name and waits_since is null and queued_runs.ended_at is null
        and flow_runs.state_kind not in (${terminal})) as running,
      (select count(*) from workers where workers.pool = pools.name and workers.ended_at is null) as workers,
      (select count(*) from deployments where deployments.pool = pools.name) as deployments
    from (
      select name, concurrency, paused_at from work_pools
      union select ${DEFAULT_POOL}, null, null where not exists (select name from work_pools where name = ${DEFAULT_POOL})
    ) as pools order by name
  `.execute(db);
  return rows;
}

const terminal = sql.join(TERMINAL_KINDS);

/** @returns false when there is a pool of this name already. */
export async function createWorkPool(
  db: RegistryDb,
  pool: { readonly name: string; readonly concurrency: number | null; readonly createdAt: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('work_pools')
    .values({ name: pool.name, concurrency: pool.concurrency, created_at: pool.createdAt })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * Changes how many runs a pool takes at once (null: no limit), or since when it is paused (null: it is not).
 * @returns false when there is no such pool.
 */
export async function changeWorkPool(
  db: RegistryDb,
  name: string,
  change: { readonly concurrency?: number | null; readonly pausedAt?: number | null },
): Promise<boolean> {
  if (name === DEFAULT_POOL) await createWorkPool(db, { name, concurrency: null, createdAt: 0 });
  const { numUpdatedRows } = await db
    .updateTable('work_pools')
    .set({
      ...(change.concurrency === undefined ? {} : { concurrency: change.concurrency }),
      ...(change.pausedAt === undefined ? {} : { paused_at: change.pausedAt }),
    })
    .where('name', '=', name)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Deletes a pool that nothing needs.
 * @returns what still needs it; undefined when it is gone, or never was.
 */
export async function deleteWorkPool(db: RegistryDb, name: string): Promise<WorkPoolUse | undefined> {
  return withTransaction(db, async (transaction) => {
    const pool = (await listWorkPools(transaction)).find((one) => one.name === name);
    if (pool === undefined) return undefined;
    if (pool.waiting + pool.running + pool.workers + pool.deployments > 0) return pool;
    await transaction.deleteFrom('work_pools').where('name', '=', name).execute();
    return undefined;
  });
}
