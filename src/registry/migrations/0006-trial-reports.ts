import type { Kysely } from 'kysely';

/** What trials report while they run, a sign of life and a count of retries for each, and studies of several metrics. */
export async function addTrialReports(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('trial_reports')
    .addColumn('trial_id', 'text', (column) => column.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('value', 'double precision')
    .addColumn('rungs', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('trial_reports_key', ['trial_id', 'step'])
    .execute();
  await db.schema
    .alterTable('trials')
    .addColumn('retries', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('trials')
    .addColumn('heartbeat_seq', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('studies').addColumn('further_objectives_json', 'text').execute();
}
