import type { Kysely } from 'kysely';
import { sql } from '../kysely.ts';

/** Deployments with their schedules, pools and workers, and the queue of flow runs that workers take. */
export async function createDeploymentTables(db: Kysely<unknown>): Promise<void> {
  await createWorkPools(db);
  await createDeployments(db);
  await createSchedules(db);
  await createWorkers(db);
  await createQueuedRuns(db);
  await createConcurrencyLimits(db);
}

async function createWorkPools(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('work_pools')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('concurrency', 'integer')
    .addColumn('paused_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createDeployments(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deployments')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('flow_name', 'text', (column) => column.notNull())
    .addColumn('entrypoint', 'text')
    .addColumn('spec_json', 'text', (column) => column.notNull())
    .addColumn('declared_in', 'text')
    .addColumn('pool', 'text', (column) => column.notNull().references('work_pools.name'))
    .addColumn('paused_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createSchedules(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('schedules')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('deployment_id', 'text', (column) => column.notNull().references('deployments.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('schedule_json', 'text', (column) => column.notNull())
    .addColumn('parameters_json', 'text', (column) => column.notNull())
    .addColumn('paused_at', 'bigint')
    .addColumn('next_run_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('schedules_by_name', ['deployment_id', 'name'])
    .execute();
  await db.schema
    .createIndex('schedules_by_next_run_at')
    .on('schedules')
    .columns(['next_run_at', 'id'])
    .where(sql.ref('next_run_at'), 'is not', null)
    .execute();
}

async function createWorkers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('workers')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('pool', 'text', (column) => column.notNull())
    .addColumn('slots', 'integer', (column) => column.notNull())
    .addColumn('owner_json', 'text', (column) => column.notNull())
    .addColumn('heartbeat_seq', 'integer', (column) => column.notNull())
    .addColumn('heartbeat_at', 'bigint', (column) => column.notNull())
    .addColumn('draining_at', 'bigint')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('workers_by_pool').on('workers').columns(['pool', 'ended_at']).execute();
}

async function createQueuedRuns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('queued_runs')
    .addColumn('flow_run_id', 'text', (column) =>
      column.primaryKey().notNull().references('flow_runs.id').onDelete('cascade'),
    )
    .addColumn('deployment_id', 'text')
    .addColumn('schedule_id', 'text')
    .addColumn('scheduled_for', 'bigint', (column) => column.notNull())
    .addColumn('pool', 'text', (column) => column.notNull())
    .addColumn('priority', 'integer', (column) => column.notNull())
    .addColumn('limits_json', 'text', (column) => column.notNull())
    .addColumn('crash_retries', 'integer', (column) => column.notNull())
    .addColumn('worker_id', 'text')
    .addColumn('waits_since', 'bigint')
    .addColumn('ended_at', 'bigint')
    .execute();
  // Two schedulers never make the same run.
  await db.schema
    .createIndex('queued_runs_by_schedule')
    .unique()
    .on('queued_runs')
    .columns(['schedule_id', 'scheduled_for'])
    .where(sql.ref('schedule_id'), 'is not', null)
    .execute();
  // What waits for a worker, in the order in which it is taken.
  await db.schema
    .createIndex('queued_runs_waiting')
    .on('queued_runs')
    .columns(['pool', 'priority', 'scheduled_for', 'flow_run_id'])
    .where(sql.ref('waits_since'), 'is not', null)
    .execute();
  // What is being run: what pools, deployments and limits have no more room for.
  await db.schema
    .createIndex('queued_runs_running')
    .on('queued_runs')
    .columns(['pool', 'deployment_id'])
    .where(sql.ref('waits_since'), 'is', null)
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('queued_runs_open')
    .on('queued_runs')
    .columns(['deployment_id'])
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
}

async function createConcurrencyLimits(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('concurrency_limits')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('slots', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}
