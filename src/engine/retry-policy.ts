import { DAY_MS } from '../core/clock.ts';
import type { SeededRandom } from '../core/seeded-random.ts';

/** Milliseconds to wait before the retry with this number (1 = the first retry). */
export type DelayFunction = (retry: number, random: SeededRandom) => number;

/** When a failed attempt is tried again, and after how long. */
export type RetryPolicy = {
  /** How many attempts may follow the first. */
  readonly limit: number;
  /** Milliseconds: fixed, one a retry (the last repeats), or computed. Absent: at once. */
  readonly delay?: number | readonly number[] | DelayFunction;
  /** Whether this error is worth another attempt (`attempt` is the one that failed, from 1). Absent: every error. */
  readonly when?: (error: unknown, attempt: number) => boolean;
};

/** Whether attempt number `attempt` (from 1) that ended with `error` is followed by another. */
export function shouldRetry(policy: RetryPolicy | undefined, error: unknown, attempt: number): boolean {
  if (policy === undefined || attempt > policy.limit) return false;
  return policy.when?.(error, attempt) ?? true;
}

/** Milliseconds to wait before retry number `retry` (from 1): whole, never negative, at most a year. */
export function retryDelayMs(policy: RetryPolicy, retry: number, random: SeededRandom): number {
  const { delay = 0 } = policy;
  const ms = typeof delay === 'function' ? delay(retry, random) : typeof delay === 'number' ? delay : nth(delay, retry);
  return Number.isNaN(ms) ? 0 : Math.max(0, Math.round(Math.min(ms, LONGEST_DELAY_MS)));
}

/**
 * Delays of `firstMs · factor^(retry − 1)`, at most `maxMs`, each moved by a uniform share of ±`jitter` so that many
 * clients do not come back at the same moment.
 */
export function exponentialBackoff(options: {
  readonly firstMs: number;
  readonly factor: number;
  readonly jitter?: number;
  readonly maxMs?: number;
}): DelayFunction {
  const { firstMs, factor, jitter = 0, maxMs = Number.POSITIVE_INFINITY } = options;
  return (retry, random) => {
    const base = Math.min(maxMs, firstMs * factor ** (retry - 1));
    return Math.min(maxMs, base * (1 + jitter * random.uniform(-1, 1)));
  };
}

const LONGEST_DELAY_MS = 365 * DAY_MS;

function nth(delays: readonly number[], retry: number): number {
  return delays[Math.min(retry, delays.length) - 1] ?? 0;
}
