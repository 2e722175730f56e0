import type { Kysely } from 'kysely';

/** Flows of a project's own files: a run remembers the file, so that a retry finds its flow again. */
export async function addFlowEntrypoint(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('flow_runs').addColumn('entrypoint', 'text').execute();
}
