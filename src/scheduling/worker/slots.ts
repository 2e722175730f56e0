import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Clock } from '../../core/clock.ts';
import { EnvironmentError } from '../../core/errors.ts';
import type { ClaimedRun } from '../../registry/claim-queued-run.ts';
import type { RunOrder } from './child-messages.ts';
import { WarmChild, type ChildExit } from './warm-child.ts';

export type SlotsOptions = {
  readonly count: number;
  /** Of the free slots so many have a child that waits. */
  readonly warm: number;
  readonly clock: Clock;
  /** Starts a child: `detached`, with an IPC channel. */
  readonly fork: () => ChildProcess;
  /** Called when a child with a run is gone; the slot is free when it resolves. */
  readonly onRunLeft: (run: ClaimedRun, exit: ChildExit) => Promise<void>;
};

/** A worker's slots: each holds one child, which waits for its run or executes it, and is followed by a fresh one. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #children = new Set<WarmChild>();
  readonly #leaving = new Set<Promise<void>>();
  #failedStarts = 0;
  #isClosed = false;
  readonly #changes = new EventEmitter();

  constructor(options: SlotsOptions) {
    this.#options = options;
    this.#fill();
  }

  /** The children that execute a run. */
  get busy(): readonly WarmChild[] {
    return [...this.#children].filter(({ run }) => run !== undefined);
  }

  /** Runs that are executed, and such whose end is being recorded. */
  get open(): number {
    return this.busy.length + this.#leaving.size;
  }

  /** A child that can be given a run at once. */
  free(): WarmChild | undefined {
    return [...this.#children].find(({ isFree }) => isFree);
  }

  /**
   * Resolves when a child has become ready or has left, or the signal is aborted.
   * @throws EnvironmentError when no child can be started.
   */
  async changed(signal: AbortSignal): Promise<void> {
    if (this.#failedStarts >= MAX_FAILED_STARTS) {
      throw new EnvironmentError(
        `The worker's processes end before they can take a run (${this.#failedStarts} one after the other). What they said is above; try a run by hand: mlflow-ts run FLOW`,
      );
    }
    await once(this.#changes, 'change', { signal }).catch(() => undefined);
  }

  /** Gives a run to a child, and has the next one loaded where a slot is free. */
  execute(child: WarmChild, run: RunOrder): void {
    if (child.isFree) child.execute(run);
    else this.#leave(run, { how: 'ended before it was given the run' });
    this.#fill();
  }

  /** Starts no more children and ends those that wait. */
  close(): void {
    this.#isClosed = true;
    for (const child of this.#children) if (child.run === undefined) child.kill();
  }

  /** Resolves when no run is executed any more and all is recorded. */
  async idle(): Promise<void> {
    while (this.open > 0) await once(this.#changes, 'change');
  }

  #fill(): void {
    const { count, warm } = this.#options;
    const waiting = (): number => this.#children.size - this.busy.length;
    while (!this.#isClosed && this.#children.size < count && waiting() < warm) this.#start();
  }

  #start(): void {
    const child = new WarmChild(this.#options.fork());
    this.#children.add(child);
    void child.ready.then((isReady) => {
      if (isReady) this.#failedStarts = 0;
      else if (!this.#isClosed) this.#failedStarts += 1;
      this.#changes.emit('change');
    });
    void child.exited.then((exit) => {
      this.#children.delete(child);
      if (child.run !== undefined) this.#leave(child.run, exit);
      const pauseMs = this.#failedStarts === 0 ? 0 : START_AGAIN_MS;
      void this.#options.clock.sleep(pauseMs).then(() => this.#fill());
      this.#changes.emit('change');
    });
  }

  #leave(run: ClaimedRun, exit: ChildExit): void {
    const left = this.#options.onRunLeft(run, exit).finally(() => {
      this.#leaving.delete(left);
      this.#changes.emit('change');
    });
    this.#leaving.add(left);
  }
}

const MAX_FAILED_STARTS = 5;
const START_AGAIN_MS = 500;
