import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { SCHEMA_VERSION } from '../migrate.ts';
import { openRaw, quoted, tableNames } from './open-raw.ts';
import { attempt } from '../../core/attempt.ts';

/** How thoroughly to look: `quick` leaves out whether each index fits its table, which takes most of the time. */
export type Thoroughness = 'quick' | 'full';

/** A registry as it is on the disk. */
export type RegistryHealth = {
  readonly path: string;
  /** Of the file and its write-ahead log. */
  readonly bytes: number;
  /** Null when that cannot be read, or when it is no registry. */
  readonly schemaVersion: number | null;
  /** Newer than this program: sound, but not for it. */
  readonly isNewer: boolean;
  /** Nothing is wrong with it. */
  readonly sound: boolean;
  /** What is wrong, at most twenty of each kind. */
  readonly problems: readonly string[];
  readonly tables: readonly TableHealth[];
};

/** `rows` are those that can be counted; `readable` is whether all of the table can be. */
export type TableHealth = { readonly name: string; readonly rows: number; readonly readable: boolean };

/**
 * Reads through a registry and changes nothing. That it is damaged is no error but part of the answer.
 * @throws NotFoundError when there is none; EnvironmentError when it cannot be opened at all.
 */
export function inspectRegistry(path: string, thoroughness: Thoroughness): RegistryHealth {
  const database = openRaw(path);
  try {
    const problems = [...pageProblems(database, thoroughness), ...linkProblems(database)];
    const names = attempt(() => tableNames(database)) ?? [];
    const tables = names.map((name) => tableHealth(database, name));
    const schemaVersion = names.includes('schema_versions') ? readVersion(database) : null;
    if (schemaVersion === null && problems.length === 0) problems.push('it is no registry of mlflow-ts');
    return {
      path,
      bytes: sizeOf(path) + sizeOf(`${path}-wal`),
      schemaVersion,
      isNewer: (schemaVersion ?? 0) > SCHEMA_VERSION,
      sound: problems.length === 0 && tables.every(({ readable }) => readable),
      problems,
      tables,
    };
  } finally {
    database.close();
  }
}

const MOST_PROBLEMS = 20;

function pageProblems(database: Database.Database, thoroughness: Thoroughness): string[] {
  const check = thoroughness === 'quick' ? 'quick_check' : 'integrity_check';
  try {
    const rows = database.pragma(`${check}(${MOST_PROBLEMS})`) as Record<string, string>[];
    // The first line of a finding may be a heading: `*** in database main ***`.
    const lines = rows.flatMap((row) => Object.values(row).join(' ').split('\n'));
    return lines.filter((line) => line !== 'ok' && !line.startsWith('***'));
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Rows whose parent is gone. */
function linkProblems(database: Database.Database): string[] {
  const found = attempt(() => database.pragma('foreign_key_check') as { table: string; parent: string }[]) ?? [];
  const counts = new Map<string, number>();
  for (const { table, parent } of found) {
    const what = `${table} that name a ${parent} row that is not there`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].slice(0, MOST_PROBLEMS).map(([what, rows]) => `${rows} rows of ${what}`);
}

function tableHealth(database: Database.Database, name: string): TableHealth {
  let rows = 0;
  try {
    // Reads every row and its long values too: counting alone would only look at an index.
    const all = database
      .prepare(`select * from ${quoted(name)}`)
      .raw()
      .iterate();
    while (all.next().done !== true) rows += 1;
    return { name, rows, readable: true };
  } catch {
    return { name, rows, readable: false };
  }
}

function readVersion(database: Database.Database): number | null {
  return (
    attempt(() => database.prepare<[], number | null>('select max(version) from schema_versions').pluck().get()) ?? null
  );
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
