import { AsyncLocalStorage } from 'node:async_hooks';
import { UsageError } from '../core/errors.ts';
import type { AnyFlow } from './flow-options.ts';
import type { AnyTask, CallOptions } from './task-options.ts';

/** The run that the calling code belongs to: what a call of a task or flow is handed to. */
export interface RunScope {
  callTask(task: AnyTask, input: unknown, call: CallOptions): Promise<unknown>;
  callFlow(flow: AnyFlow, parameters: unknown, call: CallOptions): Promise<unknown>;
}

/** A flow file may see a second copy of this package: both must find the same run. */
const KEY = Symbol.for('mlflow-ts.run-context');

/** Runs `body` as part of the run: tasks and flows it calls, also after awaiting, find `scope`. */
export function withinRun<Result>(scope: RunScope, body: () => Result): Result {
  return storage().run(scope, body);
}

/**
 * The run that the calling code belongs to.
 * @throws UsageError outside of any run.
 */
export function currentRun(kind: 'task' | 'flow', name: string): RunScope {
  const scope = storage().getStore();
  if (scope !== undefined) return scope;
  throw new UsageError(
    kind === 'task'
      ? `Task "${name}" was called outside of a flow run. Call it in a flow that runFlow runs, or call ${name}.body to try it alone.`
      : `Flow "${name}" was called outside of a flow run. Start it with runFlow(flow, parameters, runtime).`,
  );
}

function storage(): AsyncLocalStorage<RunScope> {
  const shared = globalThis as { [KEY]?: AsyncLocalStorage<RunScope> | undefined };
  return (shared[KEY] ??= new AsyncLocalStorage<RunScope>());
}
