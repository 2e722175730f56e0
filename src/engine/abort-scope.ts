import type { Clock } from '../core/clock.ts';

/**
 * A piece of work that can be stopped: first asked to (its signal is aborted), and after a time of grace left behind. What
 * stops a scope stops the scopes below it. It stands in for linked AbortSignals and `Promise.race`, which keep every
 * listener for as long as the longest-lived signal or promise lives.
 */
export class AbortScope {
  #parent: AbortScope | undefined;
  /** Made when somebody asks for the signal: most tasks never do. */
  #controller: AbortController | undefined;
  #stopped: { readonly reason: unknown } | undefined;
  readonly #below = new Set<AbortScope>();
  readonly #onAbandon = new Set<(reason: unknown) => void>();
  readonly #onClose = new Set<() => void>();
  #abandoned = false;
  #closed = false;

  constructor(parent?: AbortScope) {
    this.#hangUnder(parent);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#stopped !== undefined) this.#controller.abort(this.#stopped.reason);
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#stopped !== undefined;
  }

  /** Why it was stopped: what the signal's listeners see and what its work is rejected with. */
  get reason(): unknown {
    return this.#stopped?.reason;
  }

  /** Asks the work to stop. The first reason stays. */
  abort(reason: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { reason };
    this.#controller?.abort(reason);
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

  /** The work has ended and is not stopped any more. What it left running below it is stopped with the scope above. */
  close(): void {
    this.#closed = true;
    if (this.#parent !== undefined) this.#parent.#below.delete(this);
    for (const scope of this.#below) scope.#hangUnder(this.#parent);
    this.#below.clear();
    this.#onAbandon.clear();
    for (const close of [...this.#onClose]) close();
  }

  /** @throws the reason when it was stopped. */
  throwIfAborted(): void {
    if (this.#stopped !== undefined) throw this.#stopped.reason as Error;
  }

  #hangUnder(scope: AbortScope | undefined): void {
    if (scope === undefined) {
      this.#parent = undefined;
      return;
    }
    // A scope that was stopped and then closed has stopped what its work still starts.
    if (scope.aborted) this.abort(scope.reason);
    if (scope.#abandoned) this.abandon(scope.reason);
    if (scope.#closed) {
      this.#hangUnder(scope.#parent);
      return;
    }
    this.#parent = scope;
    scope.#below.add(this);
  }
}
