import { sql } from './kysely.ts';
import type { RegistryDb } from './registry-db.ts';

/** A number that changes whenever another connection has committed; reading it costs next to nothing (SQLite's `data_version`). */
export async function readDataVersion(db: RegistryDb): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db);
  return rows[0]?.data_version ?? 0;
}
