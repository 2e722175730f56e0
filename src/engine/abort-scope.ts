import type { Clock } from '../core/clock.ts';

/**
 * A piece of work that can be stopped: first asked to (its signal is aborted), and after a time of grace left behind. What
 * stops a scope stops the scopes below it. It stands in for linked AbortSignals and `Promise.race`, which keep every
 * listener for as long as the longest-lived signal or promise lives.
 */
export class AbortScope {
  readonly #parent: AbortScope | undefined;
  readonly #controller = new AbortController();
  readonly #below = new Set<AbortScope>();
  readonly #onAbandon = new Set<(reason: unknown) => void>();
  readonly #onClose = new Set<() => void>();
  #abandoned = false;

  constructor(parent?: AbortScope) {
    this.#parent = parent;
    if (parent === undefined) return;
    parent.#below.add(this);
    if (parent.aborted) this.abort(parent.reason);
    if (parent.#abandoned) this.abandon(parent.reason);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Why it was stopped: what the signal's listeners see and what its work is rejected with. */
  get reason(): unknown {
    return this.#controller.signal.reason;
  }

  /** Asks the work to stop. The first reason stays. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.#controller.abort(reason);
    for (const scope of this.#below) scope.abort(reason);
  }

  /** Leaves the work behind: whoever waits in `settle` is rejected now. */
  abandon(reason: unknown): void {
    this.abort(reason);
    if (this.#abandoned) return;
    this.#abandoned = true;
    for (const scope of this.#below) scope.abandon(reason);
    for (const leave of [...this.#onAbandon]) leave(this.reason);
  }

  /** Asks the work to stop and leaves it behind when it is not closed after the time of grace. */
  async stop(reason: unknown, graceMs: number, clock: Clock): Promise<void> {
    this.abort(reason);
    const closed = new AbortController();
    const close = (): void => closed.abort();
    this.#onClose.add(close);
    try {
      await clock.sleep(graceMs, closed.signal);
    } catch {
      return;
    } finally {
      this.#onClose.delete(close);
    }
    this.abandon(reason);
  }

  /** Calls `leave` when the work is left behind; returns a function that forgets it. */
  onAbandon(leave: (reason: unknown) => void): () => void {
    if (this.#abandoned) leave(this.reason);
    else this.#onAbandon.add(leave);
    return () => this.#onAbandon.delete(leave);
  }

  /** Settles with the work, or is rejected with the reason when it is left behind first. */
  settle<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const forget = this.onAbandon(reject);
      work.then(resolve, reject).finally(forget);
    });
  }

  /** The work has ended: nothing stops it any more, and what is still below it is left behind. */
  close(reason: unknown): void {
    this.#parent?.#below.delete(this);
    for (const close of [...this.#onClose]) close();
    this.abandon(reason);
  }

  /** @throws the reason when it was stopped. */
  throwIfAborted(): void {
    this.signal.throwIfAborted();
  }
}
