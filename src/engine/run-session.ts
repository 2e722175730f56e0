import type { FlowRunId } from '../core/ids.ts';
import type { ProcessIdentity } from '../registry/process-identity.ts';
import type { AbortScope } from './abort-scope.ts';
import type { Breather } from './breather.ts';
import type { ChildProcesses } from './child-processes.ts';
import type { RunRecorder } from './run-recorder.ts';
import type { CacheOptions, FlowRuntime } from './run-runtime.ts';

/** What a root flow run and everything below it share while this process runs them. */
export type RunSession = {
  readonly runtime: FlowRuntime<unknown>;
  readonly owner: ProcessIdentity;
  readonly recorder: RunRecorder;
  readonly children: ChildProcesses;
  readonly breather: Breather;
  readonly cache: CacheOptions;
  readonly graceMs: number;
  /** Stops everything, for example when the lease is lost. */
  readonly scope: AbortScope;
  readonly lease: Lease;
  /** The flow runs under way: what a request to cancel may name. */
  readonly running: Set<Cancellable>;
};

export interface Cancellable {
  readonly id: FlowRunId;
  /** Asks the run to stop; after the time of grace its children are killed and it is left behind. */
  cancel(reason: string): void;
}

/** The proof, renewed in the registry, that the process running the root flow run lives. */
export interface Lease {
  /** From now on it is renewed for this attempt, when it is the root's. */
  attemptBegan(id: FlowRunId, attempt: number): void;
  stop(): Promise<void>;
}
