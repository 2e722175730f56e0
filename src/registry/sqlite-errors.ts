import { EnvironmentError } from '../core/errors.ts';

/** SQLite's result code of an error (e.g. `SQLITE_BUSY`), or undefined when SQLite did not throw it. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/** Whether another connection held the lock; the statement did nothing and may be sent again. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') === true;
}

/**
 * What SQLite reports about the machine (damaged file, full disk, no permission, lock never freed) as an
 * EnvironmentError with the path and a remedy; every other error as it is.
 */
export function explainSqliteError(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  const remedy = code === undefined ? undefined : remedies.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (code === undefined || remedy === undefined) return error;
  return new EnvironmentError(`The registry ${path} ${remedy}`, { cause: error, details: { path, sqlite: code } });
}

const remedies: readonly (readonly [string, string])[] = [
  [
    'SQLITE_NOTADB',
    'is not an SQLite database. Restore a backup (mlflow-ts registry restore FILE), or move the file away: a new one is made.',
  ],
  [
    'SQLITE_CORRUPT',
    'is damaged. `mlflow-ts doctor` says what can be saved; restore a backup (mlflow-ts registry restore FILE) or save what can be read (mlflow-ts registry salvage NEWFILE).',
  ],
  ['SQLITE_FULL', 'cannot grow: the disk is full. Free some space and try again; what was recorded before is kept.'],
  ['SQLITE_BUSY', 'stayed locked by another process for 10 seconds. End that process, or try again.'],
  [
    'SQLITE_CANTOPEN',
    'cannot be opened. You need permission to read and write the file and its folder; or name another with --home or MLFLOW_TS_HOME.',
  ],
  [
    'SQLITE_READONLY',
    'cannot be written. Give yourself write permission on the file and its folder, or name another with --home or MLFLOW_TS_HOME.',
  ],
  ['SQLITE_PERM', 'may not be accessed. Give yourself permission on the file and its folder.'],
  ['SQLITE_IOERR', 'cannot be read or written: the disk reports an error or is full. Check the disk and its space.'],
];
