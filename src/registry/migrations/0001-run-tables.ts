import type { Kysely } from 'kysely';
import { sql } from '../kysely.ts';

/** Flow runs, task runs and what they leave: states, logs, artifacts, results, child processes. */
export async function createRunTables(db: Kysely<unknown>): Promise<void> {
  await createFlowRuns(db);
  await createTaskRuns(db);
  await createStateHistory(db);
  await createLogs(db);
  await createArtifacts(db);
  await createResults(db);
  await createChildProcesses(db);
}

async function createFlowRuns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('flow_runs')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('flow_name', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('state_kind', 'text', (column) => column.notNull())
    .addColumn('state_json', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('root_flow_run_id', 'text', (column) => column.notNull())
    .addColumn('parent_flow_run_id', 'text', (column) => column.references('flow_runs.id').onDelete('cascade'))
    .addColumn('parent_task_run_id', 'text')
    .addColumn('call_key', 'text')
    .addColumn('parameters_json', 'text', (column) => column.notNull())
    .addColumn('tags_json', 'text', (column) => column.notNull())
    .addColumn('result_json', 'text')
    .addColumn('code_version', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('owner_json', 'text')
    .addColumn('heartbeat_seq', 'integer', (column) => column.notNull())
    .addColumn('heartbeat_at', 'bigint')
    .addColumn('cancel_requested_at', 'bigint')
    .addColumn('cancel_reason', 'text')
    .addColumn('discarded_at', 'bigint')
    .execute();
  await index(db, 'flow_runs', ['created_at']);
  await index(db, 'flow_runs', ['flow_name', 'created_at']);
  await index(db, 'flow_runs', ['state_kind', 'created_at']);
  await db.schema
    .createIndex('flow_runs_by_call')
    .unique()
    .on('flow_runs')
    .columns(['parent_flow_run_id', 'call_key'])
    .execute();
}

async function createTaskRuns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('task_runs')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('flow_run_id', 'text', (column) => column.notNull().references('flow_runs.id').onDelete('cascade'))
    .addColumn('flow_attempt', 'integer', (column) => column.notNull())
    .addColumn('parent_task_run_id', 'text')
    .addColumn('task_name', 'text', (column) => column.notNull())
    .addColumn('task_version', 'text', (column) => column.notNull())
    .addColumn('call_key', 'text', (column) => column.notNull())
    .addColumn('input_hash', 'text', (column) => column.notNull())
    .addColumn('input_json', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('state_kind', 'text', (column) => column.notNull())
    .addColumn('state_json', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('result_id', 'text')
    .addColumn('progress_json', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('discarded_at', 'bigint')
    .execute();
  // One call, one row. Two nulls count as different in a unique index, so a task without a parent is '' here. Its first
  // column also serves "the task runs of this flow run": every further index would cost each recorded task a page.
  await db.schema
    .createIndex('task_runs_by_call')
    .unique()
    .on('task_runs')
    .columns(['flow_run_id', 'task_name', 'input_hash', 'call_key'])
    .expression(sql`coalesce(parent_task_run_id, '')`)
    .execute();
}

async function createStateHistory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('state_history')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('run_kind', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('state_kind', 'text', (column) => column.notNull())
    .addColumn('state_json', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'state_history', ['run_id']);
}

async function createLogs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('logs')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('flow_run_id', 'text', (column) => column.notNull().references('flow_runs.id').onDelete('cascade'))
    .addColumn('task_run_id', 'text')
    .addColumn('level', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('data_json', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'logs', ['flow_run_id', 'id']);
}

async function createArtifacts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('artifacts')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('flow_run_id', 'text', (column) => column.references('flow_runs.id').onDelete('cascade'))
    .addColumn('task_run_id', 'text')
    .addColumn('training_run_id', 'text')
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('content_json', 'text')
    .addColumn('storage_hash', 'text')
    .addColumn('file_name', 'text')
    .addColumn('media_type', 'text')
    .addColumn('bytes', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'artifacts', ['flow_run_id']);
  await index(db, 'artifacts', ['training_run_id']);
  await index(db, 'artifacts', ['storage_hash']);
}

async function createResults(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('results')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('task_name', 'text', (column) => column.notNull())
    .addColumn('cache_key', 'text')
    .addColumn('value_json', 'text')
    .addColumn('storage_hash', 'text')
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .execute();
  // Partial: most results are neither cached nor files, and then cost no index page.
  await db.schema
    .createIndex('results_by_cache_key')
    .on('results')
    .columns(['cache_key', 'created_at'])
    .where(sql.ref('cache_key'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('results_by_storage_hash')
    .on('results')
    .column('storage_hash')
    .where(sql.ref('storage_hash'), 'is not', null)
    .execute();
}

async function createChildProcesses(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('child_processes')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('flow_run_id', 'text', (column) => column.notNull().references('flow_runs.id').onDelete('cascade'))
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('process_start', 'text', (column) => column.notNull())
    .addColumn('process_group', 'integer')
    .addColumn('boot_id', 'text', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('what', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'child_processes', ['flow_run_id']);
}

async function index(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns(columns)
    .execute();
}
