import type { Clock } from '../core/clock.ts';
import type { Secrets } from '../core/secrets.ts';
import type { SeededRandom } from '../core/seeded-random.ts';
import type { FlowRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { RunError, RunState } from '../core/run-state.ts';
import type { Registry } from '../registry/open-registry.ts';
import type { ArtifactStore } from '../storage/artifact-store.ts';
import type { RunObserver } from './run-events.ts';

/** What a flow run needs from the program that runs it. */
export type FlowRuntime<Services> = {
  readonly registry: Registry;
  readonly storage: ArtifactStore;
  readonly clock: Clock;
  /** Resolve references in parameters; sealed in everything that is recorded and told. */
  readonly secrets: Secrets;
  /** For the jitter of retries. */
  readonly random: SeededRandom;
  readonly services: Services;
  /** Aborted (Ctrl-C) = the run is cancelled. */
  readonly signal?: AbortSignal;
  /** Aborted (a second Ctrl-C) = its child processes are killed at once; whoever aborts it ends this process next. */
  readonly killSignal?: AbortSignal;
  readonly observer?: RunObserver;
  /** While the observer has too many events waiting: a promise that no task begins before. */
  readonly observerReady?: () => Promise<void> | undefined;
  /** The version of the code that runs, recorded with the run. */
  readonly codeVersion: string;
  /** How long a cancelled run may take to stop by itself; default 30 s. */
  readonly graceMs?: number;
  /** How long the run may give no sign of life; default 15 s. Whoever looks after its registry must go by the same. */
  readonly leaseMs?: number;
  /** `external`: somebody else, who watches this process, renews the lease of its run. Default: it renews it itself. */
  readonly lease?: 'own' | 'external';
};

/** How a run uses the cache. */
export type CacheOptions = {
  /** Execute tasks whose results are cached; their new results are cached in place of the old. */
  readonly noCache?: boolean;
  /** Log for every task that opted into caching what its key is made of, and why it was a hit or a miss. */
  readonly explainCache?: boolean;
};

/** What is said of one flow run when it is started. */
export type RunFlowOptions = CacheOptions & {
  readonly tags?: readonly string[];
  readonly runName?: string;
  /** The file that the flow was loaded from, recorded with the run. */
  readonly entrypoint?: string;
  /** Takes this run, recorded Scheduled or Pending before; without a record the new run gets this id. */
  readonly flowRunId?: FlowRunId;
  /** The attempt that the recorded run is expected to be at: one that somebody else has begun meanwhile is not this process's. */
  readonly attempt?: number;
};

/** How a flow run ended. */
export type FlowRunOutcome = {
  readonly flowRun: FlowRunSummary;
  /** What the body returned, references in the place of secrets; absent when it did not complete. */
  readonly result?: Json;
  readonly error?: RunError;
};

export type FlowRunSummary = {
  readonly id: FlowRunId;
  readonly flow: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: RunState;
  /** Milliseconds UTC; null when it never ran. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
};
