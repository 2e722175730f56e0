import type { TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { RunState } from '../core/run-state.ts';
import type { CachePolicy } from './cache-policy.ts';
import { mapTask, type MappedTask } from './mapped-task.ts';
import type { BodyResult, Nothing, Recordable, Recorded } from './recordable.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { TaskContext } from './run-contexts.ts';
import { currentRun } from './run-scope.ts';
import { createFuture, type TaskFuture } from './task-future.ts';

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
  readonly hooks?: TaskHooks;
};

/** Called after the state was recorded. What a hook throws is logged and changes nothing. */
export type TaskHooks = {
  readonly onCompletion?: TaskHook;
  readonly onFailure?: TaskHook;
  readonly onCancellation?: TaskHook;
};
export type TaskHook = (ended: {
  readonly task: string;
  readonly taskRunId: TaskRunId;
  readonly state: RunState;
  readonly result?: Json;
}) => void | Promise<void>;

export type CallOptions = {
  /** Tells calls with equal input apart across attempts; default: the ordinal among equal calls under the same parent. */
  readonly key?: string;
  readonly runName?: string;
};

export type TaskBody<Input, Returned, Services> = (
  input: Input,
  context: TaskContext<Services>,
) => Returned | Promise<Returned>;

/** A recorded step. Calling it inside a run starts it and resolves with its recorded result. */
export interface Task<Input, Returned, Services = unknown> {
  (input: Input, call?: CallOptions): Promise<Recorded<Returned>>;
  /** Starts it and hands out a future; one that nobody awaits is awaited when the flow ends. */
  submit(input: Input, call?: CallOptions): TaskFuture<Recorded<Returned>>;
  /** Starts it for every input, at most `concurrency` at once (default 16); one failure does not stop the others. */
  map(inputs: readonly Input[], options?: { readonly concurrency?: number }): MappedTask<Recorded<Returned>>;
  /** The same task with some options changed. */
  with(options: Partial<TaskOptions<Input>>): Task<Input, Returned, Services>;
  readonly name: string;
  readonly options: TaskOptions<Input>;
  /** The function itself, to call without a run. */
  readonly body: TaskBody<Input, Returned, Services>;
}

/** A task whatever it takes and returns. */
export interface AnyTask {
  readonly name: string;
  readonly options: TaskOptions<never>;
  readonly body: TaskBody<never, unknown, never>;
}

/** Makes a recorded step of a function from JSON to JSON. `options.name` identifies it in the registry. */
export function task<
  Input extends Recordable | undefined | Nothing = Nothing,
  Returned extends BodyResult = BodyResult,
  Services = unknown,
>(options: TaskOptions<NoInfer<Input>>, body: TaskBody<Input, Returned, Services>): Task<Input, Returned, Services> {
  const definition: AnyTask = { name: options.name, options, body };
  const call = (input: Input, callOptions: CallOptions = {}): Promise<Recorded<Returned>> =>
    currentRun('task', options.name).callTask(definition, input, callOptions) as Promise<Recorded<Returned>>;

  return named(options.name, call, {
    submit: (input: Input, callOptions?: CallOptions) => createFuture(call(input, callOptions)),
    map: (inputs: readonly Input[], mapOptions?: { readonly concurrency?: number }) =>
      mapTask(options.name, call, inputs, mapOptions),
    with: (changed: Partial<TaskOptions<Input>>) => task({ ...options, ...changed }, body),
    options,
    body,
  });
}

/** A function's own `name` is not writable by assignment. */
function named<Call extends object, Members extends object>(
  name: string,
  call: Call,
  members: Members,
): Call & Members & { readonly name: string } {
  return Object.defineProperty(Object.assign(call, members), 'name', { value: name }) as Call &
    Members & { readonly name: string };
}
