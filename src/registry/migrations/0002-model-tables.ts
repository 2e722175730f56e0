import type { Kysely } from 'kysely';

/** Datasets, experiments and training runs, studies and trials, registered models and their versions. */
export async function createModelTables(db: Kysely<unknown>): Promise<void> {
  await createDatasetVersions(db);
  await createTrainingRuns(db);
  await createStudies(db);
  await createModels(db);
  await createModelHistory(db);
}

async function createDatasetVersions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('dataset_versions')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('upstream_version', 'text', (column) => column.notNull())
    .addColumn('layout', 'text', (column) => column.notNull())
    .addColumn('synthetic', 'integer', (column) => column.notNull())
    .addColumn('licence', 'text')
    .addColumn('class_names_json', 'text', (column) => column.notNull())
    .addColumn('files', 'integer', (column) => column.notNull())
    .addColumn('samples', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('provenance_json', 'text', (column) => column.notNull())
    .addColumn('flow_run_id', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'dataset_versions', ['created_at']);
}

async function createTrainingRuns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('experiments')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('description', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('training_runs')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('experiment_id', 'text', (column) => column.notNull().references('experiments.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('flow_run_id', 'text')
    .addColumn('task_run_id', 'text')
    .addColumn('trial_id', 'text')
    .addColumn('dataset_version_id', 'text')
    .addColumn('tensor_cache_id', 'text')
    .addColumn('code_version', 'text', (column) => column.notNull())
    .addColumn('engine_json', 'text')
    .addColumn('error_json', 'text')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await index(db, 'training_runs', ['experiment_id', 'started_at']);
  await index(db, 'training_runs', ['flow_run_id']);
  await db.schema
    .createTable('params')
    .addColumn('training_run_id', 'text', (column) =>
      column.notNull().references('training_runs.id').onDelete('cascade'),
    )
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value_json', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('params_key', ['training_run_id', 'key'])
    .execute();
  await db.schema
    .createTable('metrics')
    .addColumn('training_run_id', 'text', (column) =>
      column.notNull().references('training_runs.id').onDelete('cascade'),
    )
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('metrics_key', ['training_run_id', 'key', 'step'])
    .execute();
  await db.schema
    .createTable('tags')
    .addColumn('owner_kind', 'text', (column) => column.notNull())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('tags_key', ['owner_kind', 'owner_id', 'key'])
    .execute();
}

async function createStudies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('studies')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('experiment_id', 'text', (column) => column.notNull().references('experiments.id').onDelete('cascade'))
    .addColumn('flow_run_id', 'text')
    .addColumn('dataset_version_id', 'text', (column) => column.notNull())
    .addColumn('tensor_cache_id', 'text', (column) => column.notNull())
    .addColumn('space_json', 'text', (column) => column.notNull())
    .addColumn('space_hash', 'text', (column) => column.notNull())
    .addColumn('sampler', 'text', (column) => column.notNull())
    .addColumn('seed', 'bigint', (column) => column.notNull())
    .addColumn('metric', 'text', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('settings_json', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await index(db, 'studies', ['created_at']);
  await db.schema
    .createTable('trials')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('study_id', 'text', (column) => column.notNull().references('studies.id').onDelete('cascade'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('params_json', 'text', (column) => column.notNull())
    .addColumn('config_hash', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('value', 'double precision')
    .addColumn('metrics_json', 'text')
    .addColumn('error_json', 'text')
    .addColumn('training_run_id', 'text')
    .addColumn('owner_json', 'text')
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addUniqueConstraint('trials_by_config', ['study_id', 'config_hash'])
    .addUniqueConstraint('trials_by_number', ['study_id', 'number'])
    .execute();
}

async function createModels(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registered_models')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('description', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('model_versions')
    .addColumn('model_name', 'text', (column) =>
      column.notNull().references('registered_models.name').onDelete('cascade'),
    )
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('training_run_id', 'text')
    .addColumn('flow_run_id', 'text')
    .addColumn('dataset_version_id', 'text')
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('card_json', 'text', (column) => column.notNull())
    .addColumn('metrics_json', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .addPrimaryKeyConstraint('model_versions_key', ['model_name', 'version'])
    .execute();
  await db.schema
    .createTable('model_aliases')
    .addColumn('model_name', 'text', (column) => column.notNull())
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_aliases_key', ['model_name', 'alias'])
    .addForeignKeyConstraint(
      'model_aliases_version',
      ['model_name', 'version'],
      'model_versions',
      ['model_name', 'version'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();
}

async function createModelHistory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('alias_history')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('model_name', 'text', (column) =>
      column.notNull().references('registered_models.name').onDelete('cascade'),
    )
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('version', 'integer')
    .addColumn('previous_version', 'integer')
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('flow_run_id', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'alias_history', ['model_name', 'alias']);
  await db.schema
    .createTable('promotion_decisions')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('model_name', 'text', (column) =>
      column.notNull().references('registered_models.name').onDelete('cascade'),
    )
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('champion_version', 'integer')
    .addColumn('gate', 'text', (column) => column.notNull())
    .addColumn('decision', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('numbers_json', 'text', (column) => column.notNull())
    .addColumn('flow_run_id', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'promotion_decisions', ['model_name', 'version']);
}

async function index(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns(columns)
    .execute();
}
