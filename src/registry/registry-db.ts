import type { Kysely } from 'kysely';
import type { RegistryTables } from './schema.ts';
import { SqliteDriverAdapter } from './sqlite-dialect.ts';

/** The registry's database, or a transaction on it: functions of the registry take either as their first argument. */
export type RegistryDb = Kysely<RegistryTables>;

/**
 * Runs the body in one transaction (BEGIN IMMEDIATE: it owns the write lock from its start), committed when the body
 * resolves and rolled back when it rejects. Given a transaction, the body joins it. Inside, use only what the body is
 * given: the root database throws there. Keep it short and await nothing but the registry.
 */
export async function withTransaction<Result>(
  db: RegistryDb,
  body: (transaction: RegistryDb) => Promise<Result>,
): Promise<Result> {
  if (db.isTransaction) return body(db);
  const { adapter } = db.getExecutor();
  return db
    .transaction()
    .execute((transaction) =>
      adapter instanceof SqliteDriverAdapter ? adapter.driver.scope.run(() => body(transaction)) : body(transaction),
    );
}
