import type BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery } from 'kysely';
import type { DatabaseConnection, Driver, QueryResult } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { SeededRandom } from '../core/seeded-random.ts';
import { explainSqliteError, isBusy } from './sqlite-errors.ts';
import type { TransactionScope } from './transaction-scope.ts';

/** How long SQLite may block the event loop for a lock; the rest is waited for asynchronously. */
export const BUSY_TIMEOUT_MS = 25;
const LOCK_LIMIT_MS = 10_000;
const MAX_STATEMENTS = 256;

export type SqliteDriverOptions = {
  readonly database: BetterSqlite3.Database;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly scope: TransactionScope;
};

/**
 * Kysely on one better-sqlite3 connection, for a file that many processes open: transactions begin IMMEDIATE (a plain
 * `begin` fails when two processes read and then write), and a lock is waited for without blocking the event loop.
 */
export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #scope: TransactionScope;
  readonly #turns = new Turns();

  constructor(options: SqliteDriverOptions) {
    this.#connection = new SqliteConnection(options);
    this.#scope = options.scope;
  }

  async init(): Promise<void> {
    // The database is open already.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    this.#scope.assertOutside();
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

  async destroy(): Promise<void> {
    await this.#turns.take();
    this.#connection.close();
    this.#turns.give();
  }
}

const begin = CompiledQuery.raw('begin immediate');
const commit = CompiledQuery.raw('commit');
const rollback = CompiledQuery.raw('rollback');

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
    const { database, clock } = this.#options;
    const deadline = clock.monotonicMs() + LOCK_LIMIT_MS;
    for (let refusals = 0; ; refusals += 1) {
      try {
        return this.#run<Row>(query);
      } catch (error) {
        if (!isBusy(error) || clock.monotonicMs() >= deadline) throw explainSqliteError(error, database.name);
        await clock.sleep(this.#pauseMs(refusals));
      }
    }
  }

  /** All rows in one piece: an open SQLite cursor would block every other statement of the connection. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  close(): void {
    this.#statements.clear();
    this.#options.database.close();
  }

  #run<Row>(query: CompiledQuery): QueryResult<Row> {
    const statement = this.#prepare(query.sql);
    if (statement.reader) return { rows: statement.all(...query.parameters) as Row[] };
    const { changes } = statement.run(...query.parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
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

  #pauseMs(refusals: number): number {
    const longest = Math.min(4 * 2 ** refusals, 64);
    return this.#options.random.uniform(1, longest);
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
