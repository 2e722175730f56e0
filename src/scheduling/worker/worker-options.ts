import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import type { ClaimedRun } from '../../registry/claim-queued-run.ts';
import type { RegistryDb } from '../../registry/registry-db.ts';
import type { NewWorker } from '../../registry/workers.ts';
import type { Dispatcher } from '../dispatcher.ts';

/** What a worker does, for whoever shows it. */
export type WorkerEvent =
  | { readonly type: 'started'; readonly run: ClaimedRun; readonly pid: number }
  | { readonly type: 'ended'; readonly run: ClaimedRun; readonly state: string }
  | { readonly type: 'draining'; readonly running: number }
  | { readonly type: 'trouble'; readonly message: string };

export type WorkerOptions = {
  readonly db: RegistryDb;
  readonly clock: Clock;
  readonly worker: NewWorker;
  readonly dispatcher: Dispatcher;
  /** Starts a process that becomes a `WarmChild`. */
  readonly fork: () => ChildProcess;
  /** Takes what waits, executes it to its end, and is done. */
  readonly once: boolean;
  /** Aborted: it takes nothing more, and its runs have the time of grace to end. */
  readonly drain: AbortSignal;
  /** What a run has to stop in, when it is asked to or the worker is; then its process group is killed. */
  readonly graceMs: number;
  /** The version of the project's code now. */
  readonly codeVersion: () => Promise<string>;
  /** Records the end of a run whose child (of this pid) is gone, if the child did not. Returns the state that the run is in. */
  readonly endRun: (run: ClaimedRun, why: string, pid: number | undefined) => Promise<string>;
  /** Sees to the runs and workers of processes that are gone; called every few seconds. */
  readonly lookAfterOthers: () => Promise<void>;
  /** Whether a process of this machine is stopped (SIGSTOP). */
  readonly isStopped: (pid: number) => boolean;
  readonly tell: (event: WorkerEvent) => void;
};
