import type BetterSqlite3 from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type { Secrets } from '../core/secrets.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import type { Patience } from './retry-while-busy.ts';
import { explainSqliteError } from './sqlite-errors.ts';
import { TransactionScope } from './transaction-scope.ts';
import { CompiledQuery as Compiled } from './kysely.ts';

const MAX_STATEMENTS = 256;

export type SqliteDriverOptions = Patience & {
  readonly database: BetterSqlite3.Database;
  /** No text that a query is given reaches the file with one of them in it. */
  readonly secrets?: Secrets | undefined;
};

/**
 * Kysely on one better-sqlite3 connection, for a file that many processes open: transactions begin IMMEDIATE (a plain
 * `begin` fails when two processes read and then write), and a lock is waited for without blocking the event loop.
 */
export class SqliteDriver implements Driver {
  /** Bodies of transactions run in it, so that misuse of the root database is found instead of waiting for ever. */
  readonly scope = new TransactionScope();
  readonly #connection: SqliteConnection;
  readonly #turns = new Turns();

  constructor(options: SqliteDriverOptions) {
    this.#connection = new SqliteConnection(options);
  }

  async init(): Promise<void> {
    // The database is open already.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    this.scope.assertOutside();
    await this.#turns.take();
    return this.#connection;
  }

  releaseConnection(): Promise<void> {
    this.#turns.give();
    return Promise.resolve();
  }

  async beginTransaction(): Promise<void> {
    await this.#connection.executeQuery(begin);
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.executeQuery(commit);
  }

  async rollbackTransaction(): Promise<void> {
    // After some errors (a full disk) SQLite has rolled back by itself.
    if (this.#connection.inTransaction) await this.#connection.executeQuery(rollback);
  }

  /** One transaction in one step of the event loop; false, and rolled back, when a query found or changed no row. */
  async writeFenced(queries: readonly CompiledQuery[]): Promise<boolean> {
    this.scope.assertOutside();
    await this.#turns.take();
    try {
      return await this.#connection.writeFenced(queries);
    } finally {
      this.#turns.give();
    }
  }

  async destroy(): Promise<void> {
    await this.#turns.take();
    this.#connection.close();
    this.scope.close();
    this.#turns.give();
  }
}

const begin = Compiled.raw('begin immediate');
const commit = Compiled.raw('commit');
const rollback = Compiled.raw('rollback');

class SqliteConnection implements DatabaseConnection {
  readonly #options: SqliteDriverOptions;
  readonly #statements = new Map<string, BetterSqlite3.Statement>();

  constructor(options: SqliteDriverOptions) {
    this.#options = options;
  }

  get inTransaction(): boolean {
    return this.#options.database.inTransaction;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#explained(() => this.#run<Row>(query));
  }

  async writeFenced(queries: readonly CompiledQuery[]): Promise<boolean> {
    return this.#explained(() => {
      this.#run(begin);
      try {
        const written = queries.every((query) => this.#touches(query));
        this.#run(written ? commit : rollback);
        return written;
      } catch (error) {
        if (this.inTransaction) this.#run(rollback);
        throw error;
      }
    });
  }

  /** All rows in one piece: an open SQLite cursor would block every other statement of the connection. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  close(): void {
    this.#statements.clear();
    this.#options.database.close();
  }

  async #explained<Result>(call: () => Result): Promise<Result> {
    try {
      return await retryWhileBusy(this.#options, call);
    } catch (error) {
      throw explainSqliteError(error, this.#options.database.name);
    }
  }

  /** Whether the query found or changed a row. */
  #touches(query: CompiledQuery): boolean {
    const statement = this.#prepare(query.sql);
    const parameters = this.#sealed(query.parameters);
    if (statement.reader) return statement.get(...parameters) !== undefined;
    return statement.run(...parameters).changes > 0;
  }

  #run<Row>(query: CompiledQuery): QueryResult<Row> {
    const statement = this.#prepare(query.sql);
    const parameters = this.#sealed(query.parameters);
    if (statement.reader) return { rows: statement.all(...parameters) as Row[] };
    const { changes } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  #sealed(parameters: readonly unknown[]): readonly unknown[] {
    const { secrets } = this.#options;
    if (secrets === undefined || secrets.isEmpty) return parameters;
    return parameters.map((value) => (typeof value === 'string' ? secrets.seal.document(value) : value));
  }

  #prepare(sql: string): BetterSqlite3.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#options.database.prepare(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > MAX_STATEMENTS) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    return statement;
  }
}

/** First come, first served: one user of the connection at a time. */
class Turns {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  async take(): Promise<void> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }
}
