import type { CompiledQuery as Compiled } from 'kysely';
import { CompiledQuery } from './kysely.ts';
import type { RegistryDb } from './registry-db.ts';

/** A number that changes whenever another connection has committed; reading it costs next to nothing (SQLite's `data_version`). */
export async function readDataVersion(db: RegistryDb): Promise<number> {
  const { rows } = await db.executeQuery(query);
  return rows[0]?.data_version ?? 0;
}

const query = CompiledQuery.raw('pragma data_version') as Compiled<{ data_version: number }>;
