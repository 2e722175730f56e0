import type { FlowRunId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import type { RunState } from '../core/run-state.ts';
import type { FlowFence } from '../registry/flow-fence.ts';
import type { FlowRuntime } from './run-runtime.ts';

/** Something that lives as long as a flow run, whichever of its bodies asked for it first: the training run it logs to. */
export interface RunCompanion {
  /** Called before the end of a body is recorded: all it was told must be on disk then. What it throws fails the body. */
  flush(): Promise<void>;
  /** Called when the flow run has come to its end in this process, just before that is recorded. */
  ended(state: RunState): Promise<void>;
}

/** What a companion knows of its flow run. */
export interface AccompaniedRun {
  readonly id: FlowRunId;
  readonly name: string;
  readonly flow: string;
  readonly log: Logger;
  readonly runtime: FlowRuntime<unknown>;
  /** Who writes now: writes under an earlier attempt are refused. */
  readonly fence: FlowFence;
}
