import type { Dialect, DialectAdapter, Driver, Kysely, QueryCompiler } from 'kysely';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { SqliteDriver } from './sqlite-driver.ts';
import type { SqliteDriverOptions } from './sqlite-driver.ts';
import { TransactionScope } from './transaction-scope.ts';

/** Kysely's SQLite dialect with our driver. Adapter and driver share the scope by which transaction misuse is found. */
export class SqliteDialect implements Dialect {
  readonly #options: Omit<SqliteDriverOptions, 'scope'>;
  readonly #scope = new TransactionScope();

  constructor(options: Omit<SqliteDriverOptions, 'scope'>) {
    this.#options = options;
  }

  createDriver(): Driver {
    return new SqliteDriver({ ...this.#options, scope: this.#scope });
  }

  createAdapter(): DialectAdapter {
    return new ScopedSqliteAdapter(this.#scope);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** Carries the scope to `withTransaction`: a database and its transactions have one adapter in common. */
export class ScopedSqliteAdapter extends SqliteAdapter {
  readonly scope: TransactionScope;

  constructor(scope: TransactionScope) {
    super();
    this.scope = scope;
  }
}
