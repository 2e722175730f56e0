import type { Selectable } from 'kysely';
import { z } from 'zod';
import { ConflictError, NotFoundError } from '../core/errors.ts';
import type { DatasetVersionId, FlowRunId, TrainingRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { jsonSchema, parseJsonColumn } from './json-columns.ts';
import type { ModelVersionsTable } from './model-tables.ts';
import { getOrCreateRegisteredModel } from './registered-models.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

export type ModelVersionRow = {
  readonly modelName: string;
  /** 1, 2, 3 …; never given twice. */
  readonly version: number;
  readonly trainingRunId: TrainingRunId | null;
  readonly flowRunId: FlowRunId | null;
  readonly datasetVersionId: DatasetVersionId | null;
  /** Relative to the project's models folder. */
  readonly path: string;
  readonly card: Json;
  readonly metrics: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly createdAt: number;
  readonly deletedAt: number | null;
};

export type NewModelVersion = Omit<ModelVersionRow, 'version' | 'deletedAt'> & {
  /** The number that `nextModelVersion` gave; absent: the next one. */
  readonly version?: number;
};

/**
 * Records a model version and, with the first one, its registered model.
 * @returns its number: one more than the highest ever given, deleted versions included.
 * @throws ConflictError when the asked-for number was taken by another process in between.
 */
export async function insertModelVersion(db: RegistryDb, model: NewModelVersion): Promise<number> {
  return withTransaction(db, async (transaction) => {
    await getOrCreateRegisteredModel(transaction, { name: model.modelName, at: model.createdAt });
    const next = await nextModelVersion(transaction, model.modelName);
    if (model.version !== undefined && model.version < next) {
      throw new ConflictError(
        `Version ${model.version} of ${model.modelName} exists already; the next free one is ${next}.`,
        { details: { model: model.modelName, version: model.version, next } },
      );
    }
    const version = model.version ?? next;
    await transaction
      .insertInto('model_versions')
      .values({
        model_name: model.modelName,
        version,
        training_run_id: model.trainingRunId,
        flow_run_id: model.flowRunId,
        dataset_version_id: model.datasetVersionId,
        path: model.path,
        card_json: JSON.stringify(model.card),
        metrics_json: JSON.stringify(model.metrics),
        bytes: model.bytes,
        created_at: model.createdAt,
      })
      .execute();
    return version;
  });
}

/** The number the next version of a model will get. Only an insert takes it. */
export async function nextModelVersion(db: RegistryDb, modelName: string): Promise<number> {
  const row = await db
    .selectFrom('model_versions')
    .select('version')
    .where('model_name', '=', modelName)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (row?.version ?? 0) + 1;
}

/** The model version, deleted or not, or undefined when there is none of this number. */
export async function getModelVersion(
  db: RegistryDb,
  modelName: string,
  version: number,
): Promise<ModelVersionRow | undefined> {
  const row = await db
    .selectFrom('model_versions')
    .selectAll()
    .where('model_name', '=', modelName)
    .where('version', '=', version)
    .executeTakeFirst();
  return row === undefined ? undefined : toModelVersion(row);
}

/**
 * The model version of this number, whose files are there.
 * @throws NotFoundError when there is none, or it was deleted.
 */
export async function findModelVersion(db: RegistryDb, modelName: string, version: number): Promise<ModelVersionRow> {
  const found = await getModelVersion(db, modelName, version);
  if (found?.deletedAt === null) return found;
  const what = found === undefined ? 'does not exist' : 'was deleted';
  throw new NotFoundError(
    `Version ${version} of ${modelName} ${what}. \`mlflow-ts models show ${modelName}\` lists its versions.`,
    { details: { model: modelName, version } },
  );
}

export type ModelVersionFilter = {
  readonly modelName?: string;
  readonly trainingRunId?: TrainingRunId;
  readonly withDeleted?: boolean;
};

/** Model versions by model name, newest version first. */
export async function listModelVersions(db: RegistryDb, filter: ModelVersionFilter = {}): Promise<ModelVersionRow[]> {
  const { modelName, trainingRunId, withDeleted = false } = filter;
  const rows = await db
    .selectFrom('model_versions')
    .selectAll()
    .$if(modelName !== undefined, (query) => query.where('model_name', '=', modelName!))
    .$if(trainingRunId !== undefined, (query) => query.where('training_run_id', '=', trainingRunId!))
    .$if(!withDeleted, (query) => query.where('deleted_at', 'is', null))
    .orderBy('model_name')
    .orderBy('version', 'desc')
    .execute();
  return rows.map(toModelVersion);
}

/**
 * Marks a model version as deleted; its number is not given again. The caller removes its files afterwards.
 * @throws NotFoundError when there is none; ConflictError when an alias points to it.
 */
export async function markModelVersionDeleted(
  db: RegistryDb,
  model: { readonly modelName: string; readonly version: number; readonly at: number },
): Promise<ModelVersionRow> {
  const { modelName, version, at } = model;
  return withTransaction(db, async (transaction) => {
    const found = await findModelVersion(transaction, modelName, version);
    const alias = await transaction
      .selectFrom('model_aliases')
      .select('alias')
      .where('model_name', '=', modelName)
      .where('version', '=', version)
      .executeTakeFirst();
    if (alias !== undefined) {
      throw new ConflictError(
        `Version ${version} of ${modelName} is its ${alias.alias}. Promote another version first, then delete this one.`,
        { details: { model: modelName, version, alias: alias.alias } },
      );
    }
    await transaction
      .updateTable('model_versions')
      .set({ deleted_at: at })
      .where('model_name', '=', modelName)
      .where('version', '=', version)
      .execute();
    return { ...found, deletedAt: at };
  });
}

function toModelVersion(row: Selectable<ModelVersionsTable>): ModelVersionRow {
  const id = `${row.model_name}/${row.version}`;
  return {
    modelName: row.model_name,
    version: row.version,
    trainingRunId: row.training_run_id as TrainingRunId | null,
    flowRunId: row.flow_run_id as FlowRunId | null,
    datasetVersionId: row.dataset_version_id as DatasetVersionId | null,
    path: row.path,
    card: parseJsonColumn(jsonSchema, row.card_json, 'model_versions.card_json', id),
    metrics: parseJsonColumn(metricsSchema, row.metrics_json, 'model_versions.metrics_json', id),
    bytes: row.bytes,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
  };
}

const metricsSchema: z.ZodType<Readonly<Record<string, number>>> = z.record(z.string(), z.number());
