import type { CompiledQuery } from 'kysely';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { SqliteDriverAdapter } from './sqlite-dialect.ts';

/**
 * Runs the queries in one transaction, as long as each finds or changes a row: the first that does not ends it and all is
 * rolled back. Put those that may miss (the fence) first: given a transaction, this joins it and rolls nothing back.
 * On SQLite it is one step of the event loop, several times cheaper than a transaction that awaits each query.
 * @returns false when a query found or changed no row.
 */
export async function writeFenced(db: RegistryDb, queries: readonly CompiledQuery[]): Promise<boolean> {
  const { adapter } = db.getExecutor();
  if (!db.isTransaction && adapter instanceof SqliteDriverAdapter) return adapter.driver.writeFenced(queries);
  return withTransaction(db, async (transaction) => {
    for (const query of queries) {
      const { rows, numAffectedRows } = await transaction.executeQuery(query);
      if (rows.length === 0 && (numAffectedRows ?? 0n) === 0n) return false;
    }
    return true;
  });
}
