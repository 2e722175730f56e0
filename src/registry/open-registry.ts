import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { systemClock } from '../core/clock.ts';
import type { Clock } from '../core/clock.ts';
import { EnvironmentError } from '../core/errors.ts';
import { seededRandom } from '../core/seeded-random.ts';
import type { Secrets } from '../core/secrets.ts';
import { migrate, readSchemaVersion, SCHEMA_VERSION } from './migrate.ts';
import type { RegistryDb } from './registry-db.ts';
import { registryFile } from './registry-file.ts';
import { BUSY_TIMEOUT_MS, retryWhileBusy } from './retry-while-busy.ts';
import type { RegistryTables } from './schema.ts';
import { explainFileError } from '../storage/file-errors.ts';
import { SqliteDialect } from './sqlite-dialect.ts';
import { explainSqliteError } from './sqlite-errors.ts';
import { Kysely } from './kysely.ts';

/** An open registry. */
export type Registry = {
  /** @internal */
  readonly db: RegistryDb;
  readonly path: string;
  readonly schemaVersion: number;
  /** Waits for the running transaction; afterwards the database refuses every query. */
  close(): Promise<void>;
};

export type OpenRegistryOptions = {
  readonly path: string;
  readonly clock: Clock;
  /** Neither creates, migrates nor writes. A registry that does not exist yet is shown as an empty one. */
  readonly readOnly?: boolean;
  /** Every commit reaches the disk before it is acknowledged (synchronous=FULL): survives a power cut, costs an fsync each. */
  readonly durable?: boolean;
  /** What is sealed in everything that is written. */
  readonly secrets?: Secrets;
};

/**
 * Opens the registry, creating its folder and bringing its tables up to date.
 * @throws EnvironmentError when it cannot be read or written, is damaged, newer than this program, or not a registry.
 */
export async function openRegistry(options: OpenRegistryOptions): Promise<Registry> {
  const { path, clock, readOnly = false } = options;
  const database = openDatabase(path, readOnly);
  // A lock of another process is waited for in real time, also under a clock that a test turns by hand.
  const patience = { clock: systemClock, random: seededRandom('registry lock', process.pid, clock.now()) };
  try {
    await retryWhileBusy(patience, () => configure(database, options));
    const db = new Kysely<RegistryTables>({
      dialect: new SqliteDialect({ database, ...patience, secrets: options.secrets }),
    });
    if (readOnly && !database.memory) await assertCurrent(db, path);
    else await migrate(db, path, clock.now());
    return { db, path, schemaVersion: SCHEMA_VERSION, close: () => db.destroy() };
  } catch (error) {
    database.close();
    throw explainSqliteError(error, path);
  }
}

function openDatabase(path: string, readOnly: boolean): Database.Database {
  const options = { timeout: BUSY_TIMEOUT_MS };
  try {
    const file = registryFile(path);
    // An empty file is one in which another process is about to make its tables: nothing was recorded yet.
    const isEmpty = file === undefined || file.size === 0;
    if (readOnly) return isEmpty ? new Database(':memory:') : new Database(path, { ...options, readonly: true });
    mkdirSync(dirname(path), { recursive: true });
    return new Database(path, options);
  } catch (error) {
    throw explainFileError(explainSqliteError(error, path), path, readOnly ? 'read' : 'write');
  }
}

/** Checkpoints are rarer than SQLite's default of 1,000 pages: each is an fsync that some task's commit waits for. */
const CHECKPOINT_PAGES = 4_000;

/** Each of these may find the file locked, when several processes start at once: the caller tries again. */
function configure(database: Database.Database, { readOnly, durable }: OpenRegistryOptions): void {
  database.pragma('foreign_keys = on');
  // A new file is made so that its emptied pages can be given back to the disk piece by piece.
  if (readOnly !== true && database.pragma('page_count', { simple: true }) === 0) {
    database.pragma('auto_vacuum = incremental');
  }
  database.pragma(`synchronous = ${durable === true ? 'full' : 'normal'}`);
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  if (readOnly === true || database.pragma('journal_mode = wal', { simple: true }) === 'wal') return;
  throw new EnvironmentError(
    `The registry ${database.name} cannot keep a write-ahead log: its file system has no shared memory (a network drive?). ` +
      'Name a folder on a local disk with --home or MLFLOW_TS_HOME.',
  );
}

async function assertCurrent(db: RegistryDb, path: string): Promise<void> {
  const version = await readSchemaVersion(db, path);
  if (version < SCHEMA_VERSION) throw new OutdatedRegistryError(path, version);
}

/** Thrown by reading a registry that an older mlflow-ts made; opening it for writing brings it up to date. */
export class OutdatedRegistryError extends EnvironmentError {
  readonly found: number;

  constructor(path: string, found: number) {
    super(
      `The registry ${path} has schema version ${found} and this mlflow-ts wants ${SCHEMA_VERSION}. ` +
        'The next command that may write to it brings it up to date.',
      { details: { path, found, known: SCHEMA_VERSION } },
    );
    this.found = found;
  }
}

/**
 * Opens the registry for a command. Who only reads changes nothing either, but for a registry of an older version: that is
 * brought up to date first.
 * @throws as openRegistry.
 */
export async function openRegistryForCommand(options: OpenRegistryOptions): Promise<Registry> {
  try {
    return await openRegistry(options);
  } catch (error) {
    if (!(error instanceof OutdatedRegistryError)) throw error;
    await (await openRegistry({ ...options, readOnly: false })).close();
    return openRegistry(options);
  }
}
