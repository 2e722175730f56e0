import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { LogLevel, Progress } from '../core/logger.ts';
import type { RunState } from '../core/run-state.ts';

/** What a run tells while it goes on, in the order in which it happens: enough to draw a live tree. */
export type RunEvent =
  | {
      readonly type: 'flow-run';
      readonly flowRunId: FlowRunId;
      /** The run that was started; its own id when this is it. */
      readonly rootFlowRunId: FlowRunId;
      /** The flow that called this one; absent for the run that was started. */
      readonly parentFlowRunId?: FlowRunId;
      /** Set when the calling flow did so inside a task. */
      readonly parentTaskRunId?: TaskRunId;
      readonly flow: string;
      readonly name: string;
      readonly attempt: number;
      readonly state: RunState;
      /** True when an earlier attempt's recorded result was used and nothing was executed. */
      readonly reused: boolean;
    }
  | {
      readonly type: 'task-run';
      readonly flowRunId: FlowRunId;
      readonly taskRunId: TaskRunId;
      readonly parentTaskRunId?: TaskRunId;
      readonly task: string;
      readonly name: string;
      /** Left out when it has none. */
      readonly tags?: readonly string[];
      readonly attempt: number;
      readonly state: RunState;
      readonly reused: boolean;
    }
  | {
      readonly type: 'log';
      readonly flowRunId: FlowRunId;
      readonly taskRunId?: TaskRunId;
      readonly level: LogLevel;
      readonly message: string;
      readonly data?: Readonly<Record<string, Json>>;
      readonly at: number;
    }
  | {
      readonly type: 'progress';
      readonly flowRunId: FlowRunId;
      readonly taskRunId: TaskRunId;
      readonly progress: Progress;
      readonly at: number;
    }
  | {
      readonly type: 'artifact';
      readonly flowRunId: FlowRunId;
      readonly taskRunId?: TaskRunId;
      readonly key: string;
      readonly kind: 'markdown' | 'table' | 'link' | 'image' | 'file';
    };

/** Called for every event, synchronously; what it throws is ignored. */
export type RunObserver = (event: RunEvent) => void;
