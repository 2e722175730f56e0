import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConflictError } from '../../core/errors.ts';
import { temporarySibling } from '../../storage/atomic-write.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import { syncFolder } from '../../storage/sync-folder.ts';
import { isBusy } from '../sqlite-errors.ts';
import { copyRegistry, type CopyProgress } from './backup-registry.ts';
import { PATIENCE_MS } from './open-raw.ts';

/**
 * Puts a copy of `from` in the place of the registry at `path`. The one that was there is kept beside it, with its
 * write-ahead log when it has one.
 * @returns where the former one is now; null when there was none.
 * @throws ConflictError while another process has it open; what copyRegistry throws. Nothing is changed then.
 */
export async function replaceRegistry(
  path: string,
  from: string,
  options: { readonly at: number; readonly progress?: CopyProgress },
): Promise<string | null> {
  const fresh = temporarySibling(path);
  await copyRegistry(from, fresh, options.progress);
  try {
    foldLog(path);
    const former = existsSync(path) ? formerPath(path, options.at) : null;
    if (former !== null) await setAside(path, former);
    await rename(fresh, path);
    await syncFolder(dirname(path));
    return former;
  } catch (error) {
    await rm(fresh, { force: true });
    throw explainFileError(error, path);
  }
}

/** `registry.db.2026-11-21T09-30-00Z` */
function formerPath(path: string, at: number): string {
  const time = new Date(at).toISOString().slice(0, 19).replaceAll(':', '-');
  return join(dirname(path), `${basename(path)}.${time}Z`);
}

/** The log must not stay beside the new file: SQLite would play it into it. A crash in here loses neither. */
async function setAside(path: string, former: string): Promise<void> {
  for (const end of LOGS) if (existsSync(`${path}${end}`)) await link(`${path}${end}`, `${former}${end}`);
  await link(path, former);
  await syncFolder(dirname(path));
  for (const end of [...LOGS, '-shm']) await rm(`${path}${end}`, { force: true });
}

const LOGS = ['-wal', '-journal'];

/** Writes what is only in the log into the file, which SQLite does for the last one that has it open; a damaged one stays. */
function foldLog(path: string): void {
  if (!existsSync(path)) return;
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: PATIENCE_MS });
    database.pragma('journal_mode = delete');
  } catch (error) {
    if (!isBusy(error)) return;
    throw new ConflictError(
      `The registry ${path} is in use by another process. End what runs on it (mlflow-ts runs ls --state running), then try again.`,
      { cause: error, details: { path } },
    );
  } finally {
    database?.close();
  }
}
