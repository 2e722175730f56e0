import type { Clock } from '../../core/clock.ts';
import { settle } from './settle.ts';

/** How a test clock begins and whether it goes on by itself. */
export type TestClockOptions = {
  /** What `now()` says at first, milliseconds UTC; default: the real time. */
  readonly startMs?: number;
  /** True: time stands still unless `advance` moves it. Default: it goes on as usual, and `advance` adds to it. */
  readonly frozen?: boolean;
};

/** A clock whose time a test can move. */
export interface TestClock extends Clock {
  /**
   * Moves time on and wakes who slept until then, the earliest first. Resolves when they have had their turn; what they then
   * sleep for counts from that moment.
   */
  advance(ms: number): Promise<void>;
}

/** Makes a clock for `createTestHarness({ clock })`. */
export function createTestClock(options: TestClockOptions = {}): TestClock {
  return new MovableClock(options);
}

class MovableClock implements TestClock {
  readonly #frozen: boolean;
  readonly #sleepers = new Set<Sleeper>();
  readonly #startMs: number;
  /** Where the monotonic clock stood when it was made. */
  readonly #bornMs = performance.now();
  #addedMs = 0;

  constructor({ startMs, frozen = false }: TestClockOptions) {
    this.#startMs = startMs ?? Math.round(performance.timeOrigin + performance.now());
    this.#frozen = frozen;
  }

  now(): number {
    return Math.round(this.#startMs + this.monotonicMs());
  }

  monotonicMs(): number {
    return this.#addedMs + (this.#frozen ? 0 : performance.now() - this.#bornMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        clearTimeout(sleeper.timer);
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', stop);
      };
      const stop = (): void => {
        forget();
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        forget();
        resolve();
      };
      const sleeper: Sleeper = { untilMs: this.monotonicMs() + ms, wake };
      this.#sleepers.add(sleeper);
      this.#arm(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  async advance(ms: number): Promise<void> {
    await settle();
    const untilMs = this.monotonicMs() + ms;
    for (let woken = 0; ; woken += 1) {
      const next = [...this.#sleepers].sort((left, right) => left.untilMs - right.untilMs)[0];
      if (next === undefined || next.untilMs > untilMs) break;
      this.#moveTo(woken < MAX_STEPS ? next.untilMs : untilMs);
      next.wake();
      await settle();
    }
    this.#moveTo(untilMs);
    for (const sleeper of this.#sleepers) this.#arm(sleeper);
    await settle();
  }

  #moveTo(ms: number): void {
    this.#addedMs += Math.max(0, ms - this.monotonicMs());
  }

  /** A clock that goes on wakes sleepers by itself. */
  #arm(sleeper: Sleeper): void {
    clearTimeout(sleeper.timer);
    const ms = sleeper.untilMs - this.monotonicMs();
    if (ms <= 0 || (!this.#frozen && ms <= MAX_TIMER_MS)) sleeper.timer = setTimeout(sleeper.wake, ms);
  }
}

type Sleeper = { readonly untilMs: number; readonly wake: () => void; timer?: NodeJS.Timeout };

/** Timers of Node take no more; no test lasts that long. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Who sleeps again and again, as what polls does, would make a day of small steps: after so many the rest is one. */
const MAX_STEPS = 200;
