import type { DatabaseIntrospector, Dialect, DialectAdapter, Driver, Kysely, QueryCompiler } from 'kysely';
import { SqliteDriver } from './sqlite-driver.ts';
import type { SqliteDriverOptions } from './sqlite-driver.ts';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from './kysely.ts';

/** Kysely's SQLite dialect with our driver, for one open database. */
export class SqliteDialect implements Dialect {
  readonly #driver: SqliteDriver;

  constructor(options: SqliteDriverOptions) {
    this.#driver = new SqliteDriver(options);
  }

  createDriver(): Driver {
    return this.#driver;
  }

  createAdapter(): DialectAdapter {
    return new SqliteDriverAdapter(this.#driver);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** Leads from a database, or a transaction on it, to the driver below: both have one adapter in common. */
export class SqliteDriverAdapter extends SqliteAdapter {
  readonly driver: SqliteDriver;

  constructor(driver: SqliteDriver) {
    super();
    this.driver = driver;
  }
}
