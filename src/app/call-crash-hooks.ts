import type { ChildProcess } from 'node:child_process';
import { MINUTE_MS, type Clock } from '../core/clock.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import type { ReapedState } from '../scheduling/worker/child-messages.ts';
import { WarmChild } from '../scheduling/worker/warm-child.ts';

/** A hook that takes longer is cut off. */
const HOOK_LIMIT_MS = MINUTE_MS;

/**
 * Calls the hooks of runs that were ended from outside, each in a process of its own: loading the flow may be what killed the
 * run, and a worker that lives for weeks must not keep the code of its first day.
 */
export class CrashHooks {
  readonly #fork: () => ChildProcess;
  readonly #clock: Clock;
  readonly #calls = new Set<Promise<void>>();

  constructor(fork: () => ChildProcess, clock: Clock) {
    this.#fork = fork;
    this.#clock = clock;
  }

  /** Returns at once; the run is one that `reapFlowRun` or `reapCrashedRuns` has ended. */
  call({ id, state }: FlowRunRow): void {
    const call = this.#callElsewhere(id, state as ReapedState).finally(() => this.#calls.delete(call));
    this.#calls.add(call);
  }

  /** Resolves when no call is under way any more. */
  async done(): Promise<void> {
    await Promise.all(this.#calls);
  }

  async #callElsewhere(flowRunId: FlowRunRow['id'], state: ReapedState): Promise<void> {
    const child = new WarmChild(this.#fork());
    const limit = new AbortController();
    if (await child.ready) child.order({ type: 'hook', flowRunId, state });
    const late = this.#clock.sleep(HOOK_LIMIT_MS, limit.signal).catch(() => undefined);
    await Promise.race([child.exited, late]);
    limit.abort();
    child.kill();
  }
}
