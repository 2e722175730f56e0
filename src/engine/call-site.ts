import { hash } from 'node:crypto';
import { UsageError } from '../core/errors.ts';
import type { TaskRunId, TrainingRunId } from '../core/ids.ts';
import type { AbortScope } from './abort-scope.ts';
import type { ActiveFlowRun } from './active-flow-run.ts';
import type { AnyFlow } from './flow-options.ts';
import { recordArtifacts } from './record-artifacts.ts';
import type { AccompaniedRun, RunCompanion } from './run-companion.ts';
import type { Artifacts } from './run-contexts.ts';
import type { FlowRuntime } from './run-runtime.ts';
import type { RunScope } from './run-scope.ts';
import type { AnyTask, CallOptions } from './task-options.ts';

/** What executes the calls; a task may call flows and a flow tasks, so they are handed down instead of imported. */
export type CallHandlers = {
  readonly task: (site: CallSite, task: AnyTask, input: unknown, call: CallOptions) => Promise<unknown>;
  readonly flow: (site: CallSite, flow: AnyFlow, parameters: unknown, call: CallOptions) => Promise<unknown>;
};

/** The body, of a flow or of a task, that calls are made from: one attempt of it. */
export class CallSite implements RunScope {
  readonly flowRun: ActiveFlowRun;
  readonly scope: AbortScope;
  /** Null in the body of the flow itself. */
  readonly taskRunId: TaskRunId | null;
  /** Whether an earlier attempt of this body may have made, and recorded, the same calls. */
  readonly resumed: boolean;
  readonly handlers: CallHandlers;
  readonly #ordinals = new Map<string, number>();

  constructor(options: Pick<CallSite, 'flowRun' | 'scope' | 'taskRunId' | 'resumed' | 'handlers'>) {
    this.flowRun = options.flowRun;
    this.scope = options.scope;
    this.taskRunId = options.taskRunId;
    this.resumed = options.resumed;
    this.handlers = options.handlers;
  }

  callTask(task: AnyTask, input: unknown, call: CallOptions): Promise<unknown> {
    return this.flowRun.track(this.handlers.task(this, task, input, call));
  }

  callFlow(flow: AnyFlow, parameters: unknown, call: CallOptions): Promise<unknown> {
    return this.flowRun.track(this.handlers.flow(this, flow, parameters, call));
  }

  get run(): RunScope['run'] {
    return { ...this.flowRun.fence, taskRunId: this.taskRunId };
  }

  get runtime(): FlowRuntime<unknown> {
    return this.flowRun.session.runtime;
  }

  artifactsOf(trainingRunId: TrainingRunId): Artifacts {
    const { flowRun, taskRunId } = this;
    const source = { flowRunId: flowRun.id, ...(taskRunId === null ? {} : { taskRunId }) };
    return recordArtifacts(flowRun.session, source, { trainingRunId });
  }

  companion<Made extends RunCompanion>(key: string, make: (flowRun: AccompaniedRun) => Made): Made {
    this.flowRun.assertOpen();
    return this.flowRun.companion(key, make);
  }

  /** @throws why the run takes no more calls: it is being cancelled, out of time or has ended. */
  assertOpen(): void {
    this.scope.throwIfAborted();
    this.flowRun.assertOpen();
  }

  /** The same call site for the body of a task that is called from here. */
  within(taskRunId: TaskRunId, scope: AbortScope, resumed: boolean): CallSite {
    const { flowRun, handlers } = this;
    return new CallSite({ flowRun, handlers, taskRunId, scope, resumed });
  }

  /**
   * Tells equal calls of this body apart: the caller's key, else `#0`, `#1`, … in the order they are made.
   * @throws UsageError when two equal calls share a key.
   */
  callKey(call: string, key: string | undefined): string {
    // A short digest, because a body of 100,000 calls remembers each of them until it ends.
    const counted = digestOf(key === undefined ? call : `${call}/${key}`);
    const ordinal = this.#ordinals.get(counted) ?? 0;
    this.#ordinals.set(counted, ordinal + 1);
    if (key === undefined) return `#${ordinal}`;
    if (ordinal === 0) return key;
    throw new UsageError(`Two equal calls share the key "${key}". Give each its own, or leave the key out.`);
  }
}

/**
 * Made in one call and as a string: a hash object and a buffer, garbage of a hundred thousand calls, would leave memory
 * outside of the heap that the system does not get back.
 */
function digestOf(call: string): string {
  return hash('sha256', call, 'binary');
}
