import { SECOND_MS, type Clock } from '../core/clock.ts';
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
  let tookAtMs = clock.monotonicMs();
  return {
    take: async () => {
      const run = await claimQueuedRun(db, { ...claimant, now: clock.now() });
      if (run !== undefined) tookAtMs = clock.monotonicMs();
      return run;
    },
    wakeUp: async (signal) => {
      const start = clock.monotonicMs();
      const everyMs = start - tookAtMs > QUIET_AFTER_MS ? LOOK_WHEN_QUIET_MS : LOOK_EVERY_MS;
      while (!signal.aborted && clock.monotonicMs() - start < LOOK_ANYWAY_MS) {
        const version = await readDataVersion(db);
        if (version !== seen) {
          seen = version;
          return;
        }
        await clock.sleep(everyMs, signal).catch(() => undefined);
      }
    },
  };
}

/** Whether somebody has written is asked this often. It reads a number in shared memory; what costs is to wake up for it. */
const LOOK_EVERY_MS = 75;
/** A worker that had nothing to do for a while looks half as often: it stays below a hundredth of a core. */
const LOOK_WHEN_QUIET_MS = 150;
const QUIET_AFTER_MS = 60 * SECOND_MS;
/** A run that was made for later becomes due without anybody writing. */
const LOOK_ANYWAY_MS = SECOND_MS;
