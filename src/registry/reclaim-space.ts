import Database from 'better-sqlite3';
import { systemClock } from '../core/clock.ts';
import { seededRandom } from '../core/seeded-random.ts';
import { BUSY_TIMEOUT_MS, retryWhileBusy } from './retry-while-busy.ts';
import type { Patience } from './retry-while-busy.ts';
import { explainSqliteError } from './sqlite-errors.ts';

export type ReclaimOptions = {
  readonly path: string;
  /**
   * A registry made before files could shrink piece by piece is written anew once: that keeps every writer out while it
   * lasts, so allow it only where no flow run is open.
   */
  readonly mayRewrite: boolean;
};

/**
 * Gives the pages that deletions have emptied back to the disk, in pieces that let others write in between.
 * @returns by how many bytes the registry's files have shrunk.
 * @throws EnvironmentError when the disk is too full to write the registry anew.
 */
export async function reclaimSpace({ path, mayRewrite }: ReclaimOptions): Promise<number> {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  const patience = { clock: systemClock, random: seededRandom('reclaim space', process.pid) };
  try {
    const before = pages(database);
    if (database.pragma('auto_vacuum', { simple: true }) === INCREMENTAL) await freePages(database, patience);
    else if (mayRewrite) await rewrite(database, patience);
    await truncateLog(database, patience);
    const pageSize = database.pragma('page_size', { simple: true }) as number;
    return Math.max(before - pages(database), 0) * pageSize;
  } catch (error) {
    throw explainSqliteError(error, path);
  } finally {
    database.close();
  }
}

/** The value of `pragma auto_vacuum` for a file that shrinks when it is told to. */
const INCREMENTAL = 2;
const PAGES_AT_ONCE = 500;

function pages(database: Database.Database): number {
  return database.pragma('page_count', { simple: true }) as number;
}

async function freePages(database: Database.Database, patience: Patience): Promise<void> {
  while ((database.pragma('freelist_count', { simple: true }) as number) > 0) {
    const start = patience.clock.monotonicMs();
    await retryWhileBusy(patience, () => database.exec(`pragma incremental_vacuum(${PAGES_AT_ONCE})`));
    // As long as others were kept out, they may go first.
    await patience.clock.sleep(patience.clock.monotonicMs() - start);
  }
}

async function rewrite(database: Database.Database, patience: Patience): Promise<void> {
  if ((database.pragma('freelist_count', { simple: true }) as number) === 0) return;
  database.pragma('auto_vacuum = incremental');
  await retryWhileBusy(patience, () => database.exec('vacuum'));
}

/** The file itself shrinks only when the write-ahead log is copied into it; where readers are in the way, later. */
async function truncateLog(database: Database.Database, { clock }: Patience): Promise<void> {
  for (let tries = 0; tries < CHECKPOINT_TRIES; tries += 1) {
    const [result] = database.pragma('wal_checkpoint(truncate)') as { busy: number }[];
    if (result?.busy === 0) return;
    await clock.sleep(CHECKPOINT_PAUSE_MS);
  }
}

const CHECKPOINT_TRIES = 10;
const CHECKPOINT_PAUSE_MS = 50;
