import type { Kysely } from 'kysely';

/** Tags of tasks, recorded with each task run; null where there are none, as for most. */
export async function addTaskTags(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('task_runs').addColumn('tags_json', 'text').execute();
}
