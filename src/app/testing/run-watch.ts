import { ConflictError } from '../../core/errors.ts';
import type { RunStateKind } from '../../core/run-state.ts';
import type { RunEvent } from '../../engine/run-events.ts';
import { settle } from './settle.ts';

type Waiting = { readonly key: string; readonly resolve: () => void; readonly reject: (error: Error) => void };

/** Remembers the states that runs have entered, for tests that wait for one. */
export class RunWatch {
  readonly #entered = new Set<string>();
  readonly #waiting = new Set<Waiting>();
  #hasEnded = false;

  observe(event: RunEvent): void {
    if (event.type !== 'flow-run' && event.type !== 'task-run') return;
    const key = keyOf(event.type === 'flow-run' ? event.flow : event.task, event.state.kind);
    this.#entered.add(key);
    for (const waiting of this.#waiting) {
      if (waiting.key === key) this.#settle(waiting, () => waiting.resolve());
    }
  }

  /** From then on nothing more will be reached. */
  endWith(run: Promise<unknown>): void {
    const end = (): void => {
      this.#hasEnded = true;
      for (const waiting of this.#waiting) this.#settle(waiting, () => waiting.reject(missed(waiting.key)));
    };
    run.then(end, end);
  }

  /** A body whose run is Running has then begun, too. */
  async reached(name: string, kind: RunStateKind): Promise<void> {
    const key = keyOf(name, kind);
    if (!this.#entered.has(key)) {
      if (this.#hasEnded) throw missed(key);
      await new Promise<void>((resolve, reject) => this.#waiting.add({ key, resolve, reject }));
    }
    await settle();
  }

  #settle(waiting: Waiting, settle: () => void): void {
    this.#waiting.delete(waiting);
    settle();
  }
}

function keyOf(name: string, kind: RunStateKind): string {
  return `${name} ${kind}`;
}

function missed(key: string): ConflictError {
  return new ConflictError(`The run ended and was never: ${key}.`);
}
