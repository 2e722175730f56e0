import { TASK_BRAND } from './flow-brand.ts';
import { mapTask, type MappedTask } from './mapped-task.ts';
import type { BodyResult, Nothing, Recordable, Recorded } from './recordable.ts';
import { currentRun } from './run-scope.ts';
import { createFuture, type TaskFuture } from './task-future.ts';
import type { AnyTask, CallOptions, TaskBody, TaskOptions } from './task-options.ts';

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
    ...TASK_BRAND,
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
