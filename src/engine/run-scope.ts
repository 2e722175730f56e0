import { AsyncLocalStorage } from 'node:async_hooks';
import { UsageError } from '../core/errors.ts';
import type { TaskRunId, TrainingRunId } from '../core/ids.ts';
import type { AnyFlow } from './flow-options.ts';
import type { AccompaniedRun, RunCompanion } from './run-companion.ts';
import type { Artifacts, FlowRunInfo } from './run-contexts.ts';
import type { FlowRuntime } from './run-runtime.ts';
import type { AnyTask, CallOptions } from './task-options.ts';

/** The run that the calling code belongs to: what a call of a task or flow is handed to. */
export interface RunScope {
  callTask(task: AnyTask, input: unknown, call: CallOptions): Promise<unknown>;
  callFlow(flow: AnyFlow, parameters: unknown, call: CallOptions): Promise<unknown>;
  /** The flow run, and inside a task the task run, that the code belongs to. */
  readonly run: FlowRunInfo & { readonly taskRunId: TaskRunId | null };
  readonly runtime: FlowRuntime<unknown>;
  /** Artifacts of the run, linked to a training run as well when one is named. */
  artifactsOf(trainingRunId: TrainingRunId): Artifacts;
  /**
   * What accompanies the flow run under this key; made when it is asked for the first time.
   * @throws ConflictError when the flow run has ended.
   */
  companion<Made extends RunCompanion>(key: string, make: (flowRun: AccompaniedRun) => Made): Made;
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
      ? `Task "${name}" was called outside of a flow run. Call it in a flow, or call its body to try it alone: ${name}.body(input, context).`
      : `Flow "${name}" was called outside of a flow run. Start it with \`mlflow-ts run FILE.ts:NAME\`, or in a test with createTestHarness.`,
  );
}

/**
 * The run that the code calling `what` belongs to.
 * @throws UsageError outside of any run.
 */
export function currentRunFor(what: string): RunScope {
  const scope = storage().getStore();
  if (scope !== undefined) return scope;
  throw new UsageError(
    `${what} was called outside of a flow run. Call it in the body of a flow or of a task that a flow calls.`,
  );
}

function storage(): AsyncLocalStorage<RunScope> {
  const shared = globalThis as { [KEY]?: AsyncLocalStorage<RunScope> | undefined };
  return (shared[KEY] ??= new AsyncLocalStorage<RunScope>());
}
