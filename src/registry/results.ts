import type { ResultId } from '../core/ids.ts';
import type { CompiledQuery, Selectable } from 'kysely';
import { precompiled } from './precompiled.ts';
import type { RegistryDb } from './registry-db.ts';
import type { ResultsTable } from './run-tables.ts';

export type NewResult = {
  readonly id: ResultId;
  readonly taskName: string;
  readonly cacheKey?: string;
  /** The value as JSON text, or where its file is kept. */
  readonly value: ResultValue;
  readonly bytes: number;
  readonly createdAt: number;
  readonly expiresAt?: number;
};

export type ResultValue =
  { readonly kind: 'inline'; readonly json: string } | { readonly kind: 'stored'; readonly storageHash: string };

export type ResultRow = Required<Omit<NewResult, 'cacheKey' | 'expiresAt'>> & {
  readonly cacheKey: string | null;
  readonly expiresAt: number | null;
};

/** The query that records a task's result. */
export function insertResult(db: RegistryDb, result: NewResult): CompiledQuery {
  const { value } = result;
  return insertRow(db, {
    ...result,
    cacheKey: result.cacheKey ?? null,
    valueJson: value.kind === 'inline' ? value.json : null,
    storageHash: value.kind === 'stored' ? value.storageHash : null,
    expiresAt: result.expiresAt ?? null,
  });
}

/** The result with this id. */
export async function getResult(db: RegistryDb, id: ResultId): Promise<ResultRow | undefined> {
  const { rows } = await db.executeQuery(selectById(db, { id }));
  return rows[0] === undefined ? undefined : toResult(rows[0]);
}

/** The newest result with this cache key that has not expired at `now` (milliseconds UTC). */
export async function findCachedResult(db: RegistryDb, cacheKey: string, now: number): Promise<ResultRow | undefined> {
  const { rows } = await db.executeQuery(selectByCacheKey(db, { cacheKey, now }));
  return rows[0] === undefined ? undefined : toResult(rows[0]);
}

/** The newest result with this cache key, expired or not: what an explanation of a cache miss looks at. */
export async function findLatestResult(db: RegistryDb, cacheKey: string): Promise<ResultRow | undefined> {
  return findCachedResult(db, cacheKey, Number.NEGATIVE_INFINITY);
}

function toResult(row: Selectable<ResultsTable>): ResultRow {
  return {
    id: row.id as ResultId,
    taskName: row.task_name,
    cacheKey: row.cache_key,
    value:
      row.storage_hash === null
        ? { kind: 'inline', json: row.value_json ?? 'null' }
        : { kind: 'stored', storageHash: row.storage_hash },
    bytes: row.bytes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

type Row = Omit<ResultRow, 'value'> & { readonly valueJson: string | null; readonly storageHash: string | null };

const insertRow = precompiled((db, row: Row) =>
  db.insertInto('results').values({
    id: row.id,
    task_name: row.taskName,
    cache_key: row.cacheKey,
    value_json: row.valueJson,
    storage_hash: row.storageHash,
    bytes: row.bytes,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
  }),
);

const selectById = precompiled((db, key: { readonly id: ResultId }) =>
  db.selectFrom('results').selectAll().where('id', '=', key.id),
);

const selectByCacheKey = precompiled((db, key: { readonly cacheKey: string; readonly now: number }) =>
  db
    .selectFrom('results')
    .selectAll()
    .where('cache_key', '=', key.cacheKey)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', key.now)]))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);
