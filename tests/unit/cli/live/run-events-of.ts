import type { FlowRunId, TaskRunId } from '../../../../src/core/ids.ts';
import type { Progress } from '../../../../src/core/logger.ts';
import type { RunState } from '../../../../src/core/run-state.ts';
import type { RunEvent } from '../../../../src/engine/run-events.ts';

export function flowEvent(
  id: string,
  state: RunState,
  more: Partial<Extract<RunEvent, { type: 'flow-run' }>> = {},
): RunEvent {
  const flow = id.split('-')[0]!;
  return {
    type: 'flow-run',
    flowRunId: id as FlowRunId,
    rootFlowRunId: id as FlowRunId,
    flow,
    name: id,
    attempt: 1,
    state,
    reused: false,
    ...more,
  };
}

/** A task run's event; its id is `label-anything`, its parent the flow run `flow`. */
export function taskEvent(
  flow: string,
  id: string,
  state: RunState,
  more: Partial<Extract<RunEvent, { type: 'task-run' }>> = {},
): RunEvent {
  const task = id.split('-')[0]!;
  return {
    type: 'task-run',
    flowRunId: flow as FlowRunId,
    taskRunId: id as TaskRunId,
    task,
    name: id,
    attempt: 1,
    state,
    reused: false,
    ...more,
  };
}

export function progressEvent(flow: string, id: string, at: number, progress: Progress): RunEvent {
  return { type: 'progress', flowRunId: flow as FlowRunId, taskRunId: id as TaskRunId, progress, at };
}

export const pending = (at: number): RunState => ({ kind: 'Pending', at });
export const running = (at: number): RunState => ({ kind: 'Running', at });
export const completed = (at: number): RunState => ({ kind: 'Completed', at });
export const failed = (at: number, message: string): RunState => ({
  kind: 'Failed',
  at,
  error: { name: 'DataError', code: 'DATA', message },
});
