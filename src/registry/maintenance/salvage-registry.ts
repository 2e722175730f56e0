import Database from 'better-sqlite3';
import { rm } from 'node:fs/promises';
import type { Clock } from '../../core/clock.ts';
import { DataError } from '../../core/errors.ts';
import { replaceAtomically } from '../../storage/atomic-write.ts';
import { syncPath } from '../../storage/sync-folder.ts';
import { openRegistry } from '../open-registry.ts';
import { explainSqliteError } from '../sqlite-errors.ts';
import { openRaw, quoted, tableNames } from './open-raw.ts';
import { readableRows, type RawRow } from './readable-rows.ts';

/** What came of a table of a damaged registry. */
export type SalvagedTable = {
  readonly name: string;
  /** How many rows the new registry has. */
  readonly rows: number;
  /** Whether all that the damaged one had could be read. */
  readonly complete: boolean;
  /** Rows that were readable but belong to ones that are lost, and were left out. */
  readonly orphans: number;
};

/**
 * Copies every row that can be read of a damaged registry into a new one. The damaged one is not changed.
 * @throws NotFoundError; DataError when nothing can be read; EnvironmentError when the machine refuses.
 */
export async function salvageRegistry(
  from: string,
  to: string,
  options: { readonly clock: Clock; readonly progress?: (table: string, rows: number) => void },
): Promise<SalvagedTable[]> {
  const damaged = openRaw(from);
  let tables: SalvagedTable[] = [];
  try {
    const known = readableTables(damaged, from);
    await replaceAtomically(to, async (temporary) => {
      await (await openRegistry({ path: temporary, clock: options.clock })).close();
      const fresh = new Database(temporary);
      try {
        fresh.pragma('foreign_keys = off');
        const copied = tableNames(fresh)
          .filter((name) => name !== 'schema_versions')
          .map((name) => ({ name, ...copyTable(damaged, fresh, known.includes(name) ? name : undefined, options) }));
        const orphans = removeOrphans(fresh);
        tables = copied.map(({ name, rows, complete }) => {
          const gone = orphans.get(name) ?? 0;
          return { name, rows: rows - gone, complete, orphans: gone };
        });
        fresh.pragma('journal_mode = delete');
      } catch (error) {
        throw explainSqliteError(error, to);
      } finally {
        fresh.close();
        await Promise.all(['-wal', '-shm'].map((end) => rm(`${temporary}${end}`, { force: true })));
      }
      await syncPath(temporary);
    });
    return tables;
  } finally {
    damaged.close();
  }
}

function readableTables(damaged: Database.Database, path: string): string[] {
  let names: string[] = [];
  try {
    names = tableNames(damaged);
  } catch (error) {
    throw new DataError(
      `Nothing can be read of ${path}: its list of tables is damaged too. Restore it from a backup, or try the program sqlite3: sqlite3 ${path} .recover`,
      { cause: error, details: { path } },
    );
  }
  if (names.includes('schema_versions')) return names;
  throw new DataError(`${path} is no registry of mlflow-ts: there is nothing to salvage.`, { details: { path } });
}

/** The columns that both have: an older registry lacks some, which get their defaults. */
function copyTable(
  damaged: Database.Database,
  fresh: Database.Database,
  table: string | undefined,
  { progress }: { readonly progress?: (table: string, rows: number) => void },
): { rows: number; complete: boolean } {
  if (table === undefined) return { rows: 0, complete: true };
  const old = columnsOf(damaged, table);
  const columns = columnsOf(fresh, table).filter((column) => old.includes(column));
  const insert = fresh.prepare(
    `insert or ignore into ${quoted(table)} (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
  let rows = 0;
  let refused = 0;
  const put = (row: RawRow): void => {
    const { changes } = insert.run(columns.map((column) => row[column]));
    rows += changes;
    refused += 1 - changes;
  };
  const reader = readableRows(damaged, table);
  fresh.exec('begin');
  let next = reader.next();
  for (; next.done !== true; next = reader.next()) {
    put(next.value);
    if (rows % TELL_EVERY === 0) progress?.(table, rows);
  }
  fresh.exec('commit');
  return { rows, complete: next.value && refused === 0 };
}

const TELL_EVERY = 10_000;

function columnsOf(database: Database.Database, table: string): string[] {
  return (database.pragma(`table_info(${quoted(table)})`) as { name: string }[]).map(({ name }) => name);
}

/** Rows whose parent could not be read go, and then theirs, until each row that is left has what it names. */
function removeOrphans(fresh: Database.Database): Map<string, number> {
  const removed = new Map<string, number>();
  for (;;) {
    const orphans = fresh.pragma('foreign_key_check') as { table: string; rowid: number }[];
    if (orphans.length === 0) return removed;
    for (const { table, rowid } of orphans) {
      const { changes } = fresh.prepare(`delete from ${quoted(table)} where rowid = ?`).run(rowid);
      removed.set(table, (removed.get(table) ?? 0) + changes);
    }
  }
}
