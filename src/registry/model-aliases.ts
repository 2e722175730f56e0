import type { FlowRunId } from '../core/ids.ts';
import { findModelVersion } from './model-versions.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

export type ModelAliasRow = {
  readonly modelName: string;
  readonly alias: string;
  readonly version: number;
  readonly updatedAt: number;
};

export type AliasMove = {
  readonly modelName: string;
  readonly alias: string;
  readonly version: number;
  readonly reason: string;
  readonly flowRunId?: FlowRunId;
  readonly at: number;
  /** The version the caller saw it at (null: none); the move is refused when somebody moved it in between. */
  readonly expected?: number | null;
};

/**
 * Points an alias to a version and adds the move to the history, in one transaction.
 * @returns false when it pointed elsewhere than expected: nothing was written.
 * @throws NotFoundError when the version does not exist or was deleted.
 */
export async function setAlias(db: RegistryDb, move: AliasMove): Promise<boolean> {
  const { modelName, alias, version, at } = move;
  return withTransaction(db, async (transaction) => {
    await findModelVersion(transaction, modelName, version);
    const previous = (await getAlias(transaction, modelName, alias))?.version ?? null;
    if (move.expected !== undefined && move.expected !== previous) return false;
    await transaction
      .insertInto('model_aliases')
      .values({ model_name: modelName, alias, version, updated_at: at })
      .onConflict((conflict) => conflict.columns(['model_name', 'alias']).doUpdateSet({ version, updated_at: at }))
      .execute();
    await insertHistory(transaction, { ...move, previous, version });
    return true;
  });
}

/**
 * Removes an alias and adds that to the history.
 * @returns the version that had it, or undefined when there was none.
 */
export async function removeAlias(
  db: RegistryDb,
  removal: Omit<AliasMove, 'version' | 'expected'>,
): Promise<number | undefined> {
  const { modelName, alias } = removal;
  return withTransaction(db, async (transaction) => {
    const previous = await getAlias(transaction, modelName, alias);
    if (previous === undefined) return undefined;
    await transaction
      .deleteFrom('model_aliases')
      .where('model_name', '=', modelName)
      .where('alias', '=', alias)
      .execute();
    await insertHistory(transaction, { ...removal, previous: previous.version, version: null });
    return previous.version;
  });
}

/** Where an alias points, or undefined when it points nowhere. */
export async function getAlias(db: RegistryDb, modelName: string, alias: string): Promise<ModelAliasRow | undefined> {
  const aliases = await listAliases(db, modelName);
  return aliases.find((row) => row.alias === alias);
}

/** The aliases of a model, or of all models, by name. */
export async function listAliases(db: RegistryDb, modelName?: string): Promise<ModelAliasRow[]> {
  const rows = await db
    .selectFrom('model_aliases')
    .selectAll()
    .$if(modelName !== undefined, (query) => query.where('model_name', '=', modelName!))
    .orderBy('model_name')
    .orderBy('alias')
    .execute();
  return rows.map((row) => ({
    modelName: row.model_name,
    alias: row.alias,
    version: row.version,
    updatedAt: row.updated_at,
  }));
}

export type AliasHistoryRow = {
  readonly modelName: string;
  readonly alias: string;
  /** Null: the alias was removed. */
  readonly version: number | null;
  readonly previousVersion: number | null;
  readonly reason: string;
  readonly flowRunId: FlowRunId | null;
  readonly at: number;
};

/** Every move of a model's aliases, or of one of them, newest first. */
export async function listAliasHistory(db: RegistryDb, modelName: string, alias?: string): Promise<AliasHistoryRow[]> {
  const rows = await db
    .selectFrom('alias_history')
    .selectAll()
    .where('model_name', '=', modelName)
    .$if(alias !== undefined, (query) => query.where('alias', '=', alias!))
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => ({
    modelName: row.model_name,
    alias: row.alias,
    version: row.version,
    previousVersion: row.previous_version,
    reason: row.reason,
    flowRunId: row.flow_run_id as FlowRunId | null,
    at: row.at,
  }));
}

type HistoryEntry = Omit<AliasMove, 'version'> & { readonly version: number | null; readonly previous: number | null };

async function insertHistory(db: RegistryDb, entry: HistoryEntry): Promise<void> {
  await db
    .insertInto('alias_history')
    .values({
      model_name: entry.modelName,
      alias: entry.alias,
      version: entry.version,
      previous_version: entry.previous,
      reason: entry.reason,
      flow_run_id: entry.flowRunId ?? null,
      at: entry.at,
    })
    .execute();
}
