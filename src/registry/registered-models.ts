import type { Selectable } from 'kysely';
import { NotFoundError } from '../core/errors.ts';
import type { RegisteredModelsTable } from './model-tables.ts';
import type { RegistryDb } from './registry-db.ts';

export type RegisteredModelRow = {
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: number;
};

/** The registered model of this name, made when there is none yet. */
export async function getOrCreateRegisteredModel(
  db: RegistryDb,
  model: { readonly name: string; readonly description?: string; readonly at: number },
): Promise<RegisteredModelRow> {
  await db
    .insertInto('registered_models')
    .values({ name: model.name, description: model.description ?? null, created_at: model.at })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return findRegisteredModel(db, model.name);
}

/**
 * The registered model of this name.
 * @throws NotFoundError naming the models that exist.
 */
export async function findRegisteredModel(db: RegistryDb, name: string): Promise<RegisteredModelRow> {
  const row = await db.selectFrom('registered_models').selectAll().where('name', '=', name).executeTakeFirst();
  if (row !== undefined) return toRegisteredModel(row);
  const known = (await listRegisteredModels(db)).map((model) => model.name);
  const hint =
    known.length === 0 ? 'None is registered yet: run `mlflow-ts run pipeline`.' : `There are: ${known.join(', ')}.`;
  throw new NotFoundError(`There is no registered model ${name}. ${hint}`, { details: { name, known } });
}

/** Registered models by name. */
export async function listRegisteredModels(db: RegistryDb): Promise<RegisteredModelRow[]> {
  const rows = await db.selectFrom('registered_models').selectAll().orderBy('name').execute();
  return rows.map(toRegisteredModel);
}

function toRegisteredModel(row: Selectable<RegisteredModelsTable>): RegisteredModelRow {
  return { name: row.name, description: row.description, createdAt: row.created_at };
}
