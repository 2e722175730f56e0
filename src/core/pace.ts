import type { Clock } from './clock.ts';

export type Pace = {
  readonly perSecond: number;
  /** How many may begin at once when none did for a while. */
  readonly burst: number;
};

/**
 * Waits until the next one may begin, in the order of the calls, so that no more begin than the pace allows (the generic cell rate
 * algorithm, ITU-T I.371: a token bucket without the bucket). Rejects with the signal's reason.
 */
export function keepPace(clock: Clock, { perSecond, burst }: Pace): (signal: AbortSignal) => Promise<void> {
  const intervalMs = 1_000 / perSecond;
  let expectedAt = -Infinity;
  return async (signal) => {
    signal.throwIfAborted();
    const now = clock.monotonicMs();
    const startAt = Math.max(now, expectedAt - (burst - 1) * intervalMs);
    expectedAt = Math.max(expectedAt, now) + intervalMs;
    if (startAt > now) await clock.sleep(startAt - now, signal);
  };
}
