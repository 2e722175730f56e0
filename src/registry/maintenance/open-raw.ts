import Database from 'better-sqlite3';
import { NotFoundError } from '../../core/errors.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import { registryFile } from '../registry-file.ts';
import { explainSqliteError } from '../sqlite-errors.ts';

/**
 * Opens a registry's file for reading, without asking whether its tables are sound or of this version.
 * @throws NotFoundError when there is none; EnvironmentError when it is a folder or cannot be opened.
 */
export function openRaw(path: string): Database.Database {
  if (registryFile(path) === undefined) {
    throw new NotFoundError(`There is no registry at ${path}.`, { details: { path } });
  }
  try {
    return new Database(path, { readonly: true, timeout: PATIENCE_MS });
  } catch (error) {
    throw explainFileError(explainSqliteError(error, path), path, 'read');
  }
}

/** These commands have nothing else to do while they wait for a lock. */
export const PATIENCE_MS = 5_000;

/** The names of the tables that hold something, in the order in which they were made. @throws what SQLite throws. */
export function tableNames(database: Database.Database): string[] {
  return database
    .prepare<[], string>(
      `select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by rowid`,
    )
    .pluck()
    .all();
}

/** A name as SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
