import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../core/clock.ts';
import { newChildProcessId, type FlowRunId, type TaskRunId } from '../core/ids.ts';
import { deleteChildProcess, insertChildProcess } from '../registry/child-processes.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import type { AbortScope } from './abort-scope.ts';
import { identifyProcess } from './this-process.ts';

/** Whose child it is: it is killed when `scope` is left behind. */
export type ChildOwner = {
  readonly flowRunId: FlowRunId;
  readonly attempt: number;
  readonly taskRunId: TaskRunId | null;
  readonly scope: AbortScope;
};

type RegisteredChild = { readonly owner: ChildOwner; readonly child: ChildProcess; readonly leadsGroup: boolean };

/** How long a child may take to end after a signal that it cannot refuse. */
const KILL_WAIT_MS = 5_000;

/**
 * The child processes of the flow runs of this process. Each is in the registry while it lives, so that a reaper finds it
 * when this process dies.
 */
export class ChildProcesses {
  readonly #db: RegistryDb;
  readonly #clock: Clock;
  readonly #children = new Set<RegisteredChild>();
  readonly #writes = new Set<Promise<void>>();

  constructor(db: RegistryDb, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Records the child until it ends. One that has ended already, or never started, is nothing to look after. */
  register(owner: ChildOwner, child: ChildProcess, what: string): void {
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (identity === undefined || hasEnded(child)) return;
    const { processGroup, ...process } = identity;
    const registered = { owner, child, leadsGroup: processGroup === process.pid };
    this.#children.add(registered);
    const forget = owner.scope.onAbandon(() => signalChild(registered, 'SIGKILL'));

    const id = newChildProcessId();
    const { flowRunId, attempt } = owner;
    const group = registered.leadsGroup ? process.pid : null;
    const row = { ...process, id, flowRunId, attempt, processGroup: group, what, startedAt: this.#clock.now() };
    const inserted = this.#write(insertChildProcess(this.#db, row));
    child.once('exit', () => {
      // What it started, and did not wait for, would be nobody's from here on.
      if (registered.leadsGroup) signalProcess(-process.pid, 'SIGKILL');
      forget();
      this.#children.delete(registered);
      void this.#write(inserted.then(() => deleteChildProcess(this.#db, id)));
    });
  }

  /** Ends the children that `belongs` picks: asks, waits for the time of grace, kills; resolves when they are gone. */
  async end(belongs: (owner: ChildOwner) => boolean, graceMs: number): Promise<void> {
    const chosen = [...this.#children].filter(({ owner }) => belongs(owner));
    await Promise.all(chosen.map((registered) => this.#endChild(registered, graceMs)));
    await Promise.all(this.#writes);
  }

  async #endChild(registered: RegisteredChild, graceMs: number): Promise<void> {
    signalChild(registered, 'SIGTERM');
    await this.#waitForExit(registered.child, graceMs);
    signalChild(registered, 'SIGKILL');
    await this.#waitForExit(registered.child, KILL_WAIT_MS);
  }

  async #waitForExit(child: ChildProcess, limitMs: number): Promise<void> {
    if (hasEnded(child)) return;
    const waiting = new AbortController();
    const exited = once(child, 'exit', { signal: waiting.signal });
    await Promise.allSettled([Promise.race([exited, this.#clock.sleep(limitMs, waiting.signal)])]);
    waiting.abort();
    await Promise.allSettled([exited]);
  }

  /** A child that could not be written down is still looked after by this process. */
  #write(write: Promise<void>): Promise<void> {
    const done: Promise<void> = write.catch(() => undefined).finally(() => this.#writes.delete(done));
    this.#writes.add(done);
    return done;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function signalChild({ child, leadsGroup }: RegisteredChild, signal: NodeJS.Signals): void {
  if (leadsGroup && child.pid !== undefined) signalProcess(-child.pid, signal);
  else child.kill(signal);
}

/** Sends a signal to a process, or with a negative number to a process group; one that is gone is as good as ended. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
