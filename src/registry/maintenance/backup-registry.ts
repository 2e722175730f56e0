import Database from 'better-sqlite3';
import { rm } from 'node:fs/promises';
import { DataError } from '../../core/errors.ts';
import { replaceAtomically } from '../../storage/atomic-write.ts';
import { syncPath } from '../../storage/sync-folder.ts';
import { explainSqliteError } from '../sqlite-errors.ts';
import { openRaw } from './open-raw.ts';

/** How much of a copy is made, in pages. */
export type CopyProgress = (done: number, total: number) => void;

/**
 * Copies a registry as it is at this moment into one file, with SQLite's online backup: others may go on writing. The copy
 * is checked before it gets its name, so that what bears it is whole.
 * @throws NotFoundError when there is no registry; DataError when it is damaged; EnvironmentError when the machine refuses.
 */
export async function copyRegistry(from: string, to: string, progress?: CopyProgress): Promise<void> {
  await replaceAtomically(to, async (temporary) => {
    const database = openRaw(from);
    try {
      // What is read stays as it is now: otherwise every commit of another process would begin the copy anew.
      database.exec('begin');
      database.prepare('select count(*) from sqlite_schema').get();
      await database.backup(temporary, {
        progress: ({ totalPages, remainingPages }) => {
          progress?.(totalPages - remainingPages, totalPages);
          return PAGES_AT_ONCE;
        },
      });
    } catch (error) {
      throw explainSqliteError(error, from);
    } finally {
      database.close();
    }
    try {
      closeCopy(temporary, from);
      await syncPath(temporary);
    } finally {
      await Promise.all(['-wal', '-shm', '-journal'].map((end) => rm(`${temporary}${end}`, { force: true })));
    }
  });
}

/** About 8 MB between two turns of the event loop. */
const PAGES_AT_ONCE = 2_000;

/** Makes one file of it, which needs no write-ahead log beside it, and looks whether it is sound. */
function closeCopy(path: string, from: string): void {
  const copy = new Database(path);
  try {
    copy.pragma('journal_mode = delete');
    const found = copy.pragma('quick_check(1)', { simple: true });
    if (found === 'ok') return;
    throw new DataError(
      `The registry ${from} is damaged (${String(found)}), and so would be a copy. Save what can be read of it: mlflow-ts registry salvage NEWFILE`,
      { details: { path: from } },
    );
  } catch (error) {
    throw explainSqliteError(error, path);
  } finally {
    copy.close();
  }
}
