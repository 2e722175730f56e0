import type { TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { RunState } from '../core/run-state.ts';
import type { CachePolicy } from './cache-policy.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { TaskContext } from './run-contexts.ts';

/** What a task is, beside its function. */
export type TaskOptions<Input> = {
  /** Kebab-case and unique within a flow: records of earlier attempts are found by it. */
  readonly name: string;
  /** Part of the cache key: raise it when the same input should give another result. Default `1`. */
  readonly version?: string;
  readonly description?: string;
  readonly retries?: RetryPolicy;
  /** The time one attempt may take; past it the attempt ends TimedOut, which counts for retries. */
  readonly timeoutMs?: number;
  /** Absent: nothing is cached. */
  readonly cache?: CachePolicy<Input>;
  /** The task run's name: text in which `{member}` stands for a member of the input, or a function. Default: the task's. */
  readonly runName?: string | ((input: Input) => string);
  /** Words under which its runs belong together; recorded with each of them and shown by `runs show`. */
  readonly tags?: readonly string[];
  readonly hooks?: TaskHooks;
};

/** Called after the state was recorded. What a hook throws is logged and changes nothing. */
export type TaskHooks = {
  readonly onCompletion?: TaskHook;
  readonly onFailure?: TaskHook;
  readonly onCancellation?: TaskHook;
};
/** Called when a task run has ended. */
export type TaskHook = (ended: {
  readonly task: string;
  readonly taskRunId: TaskRunId;
  readonly state: RunState;
  readonly result?: Json;
}) => void | Promise<void>;

/** What is said of one call of a task or flow. */
export type CallOptions = {
  /** Tells calls with equal input apart across attempts; default: the ordinal among equal calls under the same parent. */
  readonly key?: string;
  readonly runName?: string;
};

/** The function of a task. */
export type TaskBody<Input, Returned, Services> = (
  input: Input,
  context: TaskContext<Services>,
) => Returned | Promise<Returned>;

/** A task whatever it takes and returns. */
export interface AnyTask {
  readonly name: string;
  readonly options: TaskOptions<never>;
  readonly body: TaskBody<never, unknown, never>;
}
