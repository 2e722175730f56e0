import type { Clock } from '../core/clock.ts';
import type { SeededRandom } from '../core/seeded-random.ts';
import { isBusy } from './sqlite-errors.ts';

/** How long SQLite itself may wait for a lock: it blocks the event loop meanwhile. */
export const BUSY_TIMEOUT_MS = 25;
const LOCK_LIMIT_MS = 10_000;
const LONGEST_PAUSE_MS = 64;

export type Patience = { readonly clock: Clock; readonly random: SeededRandom };

/**
 * Runs an SQLite call again, after pauses of random length that leave the event loop free, as long as another process
 * holds the lock; after 10 seconds SQLite's error is thrown.
 */
export async function retryWhileBusy<Result>({ clock, random }: Patience, call: () => Result): Promise<Result> {
  const start = clock.monotonicMs();
  for (let refusals = 0; ; refusals += 1) {
    try {
      return call();
    } catch (error) {
      if (!isBusy(error) || clock.monotonicMs() - start >= LOCK_LIMIT_MS) throw error;
      await clock.sleep(random.uniform(1, Math.min(4 * 2 ** refusals, LONGEST_PAUSE_MS)));
    }
  }
}
