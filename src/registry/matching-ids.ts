import type { RawBuilder } from 'kysely';
import { MAX_CANDIDATES } from './find-one.ts';
import type { RegistryDb } from './registry-db.ts';
import { sql } from './kysely.ts';

/** Rows a person may mean: how many there are, and the ids of the newest. */
export type MatchingIds = { readonly ids: readonly string[]; readonly total: number };

type Search = {
  readonly table: 'flow_runs' | 'training_runs' | 'artifacts';
  /** An id, its beginning or end or, where the table has names, a name. */
  readonly wanted: string;
  readonly named: boolean;
};

/**
 * The ids (UUIDs) that a person may mean. Each way of meaning one is a search in an index: a registry with 100,000 flow
 * runs answers as fast as an empty one.
 */
export async function listMatchingIds(db: RegistryDb, { table, wanted, named }: Search): Promise<MatchingIds> {
  const id = wanted.toLowerCase();
  const matches = sql.join(
    [startingWith(table, id), endingWith(table, id), ...(named ? [calledBy(table, wanted)] : [])],
    sql` union `,
  );
  const { rows } = await sql<{ id: string; total: number }>`
    select id, count(*) over () as total from (${matches}) as matching order by id desc limit ${MAX_CANDIDATES}
  `.execute(db);
  return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
}

/** Up to the first text that does not begin so: `g` comes after all that an id is made of. */
function startingWith(table: string, id: string): RawBuilder<unknown> {
  return sql`select id from ${sql.table(table)} where id >= ${id} and id < ${`${id}g`}`;
}

function endingWith(table: string, id: string): RawBuilder<unknown> {
  const last = id.slice(-SHORT_LENGTH);
  const from = sql`select id from ${sql.table(table)} where`;
  if (last.length < SHORT_LENGTH)
    return sql`${from} substr(substr(id, 29), ${SHORT_LENGTH + 1 - last.length}) = ${last}`;
  return sql`${from} substr(id, 29) = ${last} and substr(id, ${ID_LENGTH + 1 - id.length}) = ${id}`;
}

function calledBy(table: string, name: string): RawBuilder<unknown> {
  return sql`select id from ${sql.table(table)} where name = ${name}`;
}

const ID_LENGTH = 36;
const SHORT_LENGTH = 8;
