import type { Clock } from '../core/clock.ts';

/**
 * Lets the event loop turn in between. Tasks that do not wait for anything outside, and a registry that nobody else locks,
 * would keep it from turning: timers, signals, and what is written to a pipe would wait until the flow ends.
 */
export class Breather {
  readonly #clock: Clock;
  readonly #observerReady: (() => Promise<void> | undefined) | undefined;
  #lastMs: number;

  /** @param observerReady Gives a promise while who is told of the events has too much of them waiting. */
  constructor(clock: Clock, observerReady: (() => Promise<void> | undefined) | undefined) {
    this.#clock = clock;
    this.#observerReady = observerReady;
    this.#lastMs = clock.monotonicMs();
  }

  /** What to wait for before the next task begins; undefined, most of the time, when that is nothing. */
  due(): Promise<void> | undefined {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastMs < EVERY_MS) return undefined;
    this.#lastMs = nowMs;
    return this.#breathe();
  }

  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.#observerReady?.();
  }
}

const EVERY_MS = 10;
