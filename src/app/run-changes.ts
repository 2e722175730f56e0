import type { RunEvent } from '../engine/run-events.ts';
import type { RunState } from '../core/run-state.ts';
import { isTerminal } from '../core/run-state.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import type { TaskRunRow } from '../registry/task-run-row.ts';
import type { RunSnapshot } from './runs.ts';

/**
 * What happened between two snapshots of a flow run, as the events its own process saw: so that a run can be drawn from
 * the registry as it is drawn live. Without an earlier snapshot: everything up to `now`, milliseconds UTC.
 */
export function runChanges(before: RunSnapshot | undefined, after: RunSnapshot, now: number): RunEvent[] {
  const knownFlows = new Map(before?.flowRuns.map((row) => [row.id, row]));
  const knownTasks = new Map(before?.taskRuns.map((row) => [row.id, row]));
  const flowEvents = after.flowRuns.flatMap((row) => stateChanges(row, knownFlows.get(row.id), flowEvent));
  const taskEvents = after.taskRuns.flatMap((row) => [
    ...stateChanges(row, knownTasks.get(row.id), taskEvent),
    ...progressChange(row, knownTasks.get(row.id), now),
  ]);
  // Ids are UUIDv7: in their order a run comes after the run that called it.
  return [...flowEvents, ...taskEvents].sort((left, right) => compare(idOf(left), idOf(right)));
}

type Row = FlowRunRow | TaskRunRow;

/** A run that has ended since is shown as having run first: from that its duration is taken. */
function stateChanges<AnyRow extends Row>(
  row: AnyRow,
  known: AnyRow | undefined,
  toEvent: (row: AnyRow, state: RunState) => RunEvent,
): RunEvent[] {
  const isSame = known?.attempt === row.attempt && known.state.kind === row.state.kind;
  if (isSame) return [];
  const isNewlyStarted = known?.attempt !== row.attempt || known.startedAt !== row.startedAt;
  const ran: RunState[] =
    isNewlyStarted && row.startedAt !== null && isTerminal(row.state.kind)
      ? [{ kind: 'Running', at: row.startedAt }]
      : [];
  return [...ran, row.state].map((state) => toEvent(row, state));
}

function flowEvent(row: FlowRunRow, state: RunState): RunEvent {
  return {
    type: 'flow-run',
    flowRunId: row.id,
    rootFlowRunId: row.rootFlowRunId,
    flow: row.flowName,
    name: row.name,
    attempt: row.attempt,
    state,
    reused: false,
    ...(row.parentFlowRunId === null ? {} : { parentFlowRunId: row.parentFlowRunId }),
    ...(row.parentTaskRunId === null ? {} : { parentTaskRunId: row.parentTaskRunId }),
  };
}

function taskEvent(row: TaskRunRow, state: RunState): RunEvent {
  return {
    type: 'task-run',
    flowRunId: row.flowRunId,
    taskRunId: row.id,
    task: row.taskName,
    name: row.name,
    ...(row.tags.length === 0 ? {} : { tags: row.tags }),
    attempt: row.attempt,
    state,
    reused: false,
    ...(row.parentTaskRunId === null ? {} : { parentTaskRunId: row.parentTaskRunId }),
  };
}

function progressChange(row: TaskRunRow, known: TaskRunRow | undefined, at: number): RunEvent[] {
  const { progress } = row;
  if (progress === null || JSON.stringify(progress) === JSON.stringify(known?.progress)) return [];
  return [{ type: 'progress', flowRunId: row.flowRunId, taskRunId: row.id, progress, at }];
}

function idOf(event: RunEvent): string {
  return event.type === 'task-run' || event.type === 'progress' ? event.taskRunId : event.flowRunId;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
