import type { Kysely } from 'kysely';
import { sql } from '../kysely.ts';

/**
 * Indexes for registries with hundreds of thousands of runs, and the mark of a flow run that is being deleted in pieces.
 * Flow runs are written rarely and may have many; a task run is written twice per execution and gets one more, partial.
 */
export async function indexLargeRegistries(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('flow_runs').addColumn('deleted_at', 'bigint').execute();
  await indexFlowRuns(db);
  await indexTrainings(db);
  // Which task runs, also of other flow runs, took a result over from the cache: asked when one of them is deleted.
  await db.schema
    .createIndex('task_runs_by_result')
    .on('task_runs')
    .column('result_id')
    .where(sql.ref('result_id'), 'is not', null)
    .execute();
}

/** Lists are cut by a limit, so each index ends in the order in which they are listed. */
async function indexFlowRuns(db: Kysely<unknown>): Promise<void> {
  for (const replaced of ['created_at', 'flow_name_created_at', 'state_kind_created_at']) {
    await db.schema.dropIndex(`flow_runs_by_${replaced}`).execute();
  }
  await index(db, 'flow_runs', ['created_at', 'id']);
  await index(db, 'flow_runs', ['flow_name', 'created_at', 'id']);
  await index(db, 'flow_runs', ['state_kind', 'created_at', 'id']);
  await index(db, 'flow_runs', ['state_kind', 'flow_name', 'created_at', 'id']);
  await index(db, 'flow_runs', ['parent_flow_run_id', 'created_at', 'id']);
  await index(db, 'flow_runs', ['name']);
  await index(db, 'flow_runs', ['root_flow_run_id']);
  await indexShortIds(db, 'flow_runs');
  await db.schema
    .createIndex('root_flow_runs_by_state_kind_created_at_id')
    .on('flow_runs')
    .columns(['state_kind', 'created_at', 'id'])
    .where(sql.ref('parent_flow_run_id'), 'is', null)
    .execute();
  await db.schema
    .createIndex('flow_runs_being_deleted')
    .on('flow_runs')
    .column('deleted_at')
    .where(sql.ref('deleted_at'), 'is not', null)
    .execute();
}

async function indexTrainings(db: Kysely<unknown>): Promise<void> {
  await index(db, 'training_runs', ['started_at', 'id']);
  await index(db, 'training_runs', ['name']);
  await indexShortIds(db, 'training_runs');
  await indexShortIds(db, 'artifacts');
  await index(db, 'studies', ['name', 'created_at']);
  await index(db, 'studies', ['experiment_id', 'created_at']);
  await index(db, 'dataset_versions', ['name', 'created_at']);
}

/** The last eight characters of an id, which is what lists show and people type. */
async function indexShortIds(db: Kysely<unknown>, table: string): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_short_id`)
    .on(table)
    .expression(sql`substr(id, 29)`)
    .execute();
}

async function index(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns(columns)
    .execute();
}
