import type { Kysely } from 'kysely';
import { EnvironmentError } from '../core/errors.ts';
import { createRunTables } from './migrations/0001-run-tables.ts';
import { createModelTables } from './migrations/0002-model-tables.ts';
import { indexLargeRegistries } from './migrations/0003-large-registries.ts';
import { addFlowEntrypoint } from './migrations/0004-flow-entrypoint.ts';
import { addTaskTags } from './migrations/0005-task-tags.ts';
import { addTrialReports } from './migrations/0006-trial-reports.ts';
import { createDeploymentTables } from './migrations/0007-deployments.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { sql } from './kysely.ts';

type Migration = { readonly name: string; readonly apply: (db: Kysely<unknown>) => Promise<void> };

/** In order; the version of a database is how many it has had. Forward only: a migration that was released never changes. */
const migrations: readonly Migration[] = [
  { name: 'run-tables', apply: createRunTables },
  { name: 'model-tables', apply: createModelTables },
  { name: 'large-registries', apply: indexLargeRegistries },
  { name: 'flow-entrypoint', apply: addFlowEntrypoint },
  { name: 'task-tags', apply: addTaskTags },
  { name: 'trial-reports', apply: addTrialReports },
  { name: 'deployments', apply: createDeploymentTables },
];

export const SCHEMA_VERSION = migrations.length;

/**
 * Brings the database to SCHEMA_VERSION in one transaction. Several processes may start at once: one applies, the others
 * wait and find it done.
 * @throws EnvironmentError when the database is newer than this program, or is not a registry.
 */
export async function migrate(db: RegistryDb, path: string, at: number): Promise<void> {
  if ((await readSchemaVersion(db, path)) === SCHEMA_VERSION) return;
  await withTransaction(db, async (transaction) => {
    const version = await readSchemaVersion(transaction, path);
    if (version === 0) await createVersions(transaction);
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue;
      await migration.apply(transaction as unknown as Kysely<unknown>);
      await sql`insert into schema_versions (version, name, applied_at)
        values (${index + 1}, ${migration.name}, ${at})`.execute(transaction);
    }
  });
}

/**
 * The version of the database's tables, 0 for an empty file.
 * @throws EnvironmentError when it is newer than this program, or has tables that are not a registry's.
 */
export async function readSchemaVersion(db: RegistryDb, path: string): Promise<number> {
  const tables = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db);
  if (tables.rows.length === 0) return 0;
  if (!tables.rows.some(({ name }) => name === 'schema_versions')) {
    throw new EnvironmentError(
      `${path} is an SQLite database of another program, not a registry. Name another place with --home or MLFLOW_TS_HOME.`,
      { details: { path } },
    );
  }
  const { rows } = await sql<{ version: number }>`select max(version) as version from schema_versions`.execute(db);
  const version = rows[0]?.version ?? 0;
  if (version > SCHEMA_VERSION) {
    throw new EnvironmentError(
      `The registry ${path} has schema version ${version}; this mlflow-ts knows up to ${SCHEMA_VERSION}. ` +
        'Use the newer mlflow-ts that wrote it, or name another place with --home or MLFLOW_TS_HOME.',
      { details: { path, found: version, known: SCHEMA_VERSION } },
    );
  }
  return version;
}

async function createVersions(db: RegistryDb): Promise<void> {
  await db.schema
    .createTable('schema_versions')
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute();
}
