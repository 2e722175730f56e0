import type { Clock } from '../core/clock.ts';
import { claimQueuedRun } from '../registry/claim-queued-run.ts';
import type { ClaimedRun, Claimant } from '../registry/claim-queued-run.ts';
import { readDataVersion } from '../registry/data-version.ts';
import type { RegistryDb } from '../registry/registry-db.ts';

/**
 * Where a worker gets its runs from. The registry's rows are the truth: a wake-up, however it comes, only says that it is worth
 * looking. Here it is a look at the registry's file; with workers on several machines it is a message of a queue, `{ flowRunId,
 * attempt }`, and `take` claims that run if the registry still says so.
 */
export interface Dispatcher {
  /** Takes a run that is due and for which there is room, if there is one now. */
  take(): Promise<ClaimedRun | undefined>;
  /** Resolves when there may be one, or when the signal is aborted. */
  wakeUp(signal: AbortSignal): Promise<void>;
}

export type SqliteDispatcherOptions = {
  readonly db: RegistryDb;
  readonly clock: Clock;
  readonly claimant: Omit<Claimant, 'now'>;
};

/** The dispatcher for workers on the machine that holds the registry's file. */
export function sqliteDispatcher({ db, clock, claimant }: SqliteDispatcherOptions): Dispatcher {
  let seen = -1;
  return {
    take: () => claimQueuedRun(db, { ...claimant, now: clock.now() }),
    wakeUp: async (signal) => {
      const start = clock.monotonicMs();
      while (!signal.aborted && clock.monotonicMs() - start < LOOK_ANYWAY_MS) {
        const version = await readDataVersion(db);
        if (version !== seen) {
          seen = version;
          return;
        }
        await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      }
    },
  };
}

/** Whether somebody has written is asked this often: it reads a number that SQLite keeps in shared memory. */
const LOOK_EVERY_MS = 75;
/** A run that was made for later becomes due without anybody writing. */
const LOOK_ANYWAY_MS = 1_000;
