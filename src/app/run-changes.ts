import type { RunEvent } from '../engine/run-events.ts';
import type { RunState } from '../core/run-state.ts';
import { isTerminal } from '../core/run-state.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import type { TaskRunRow } from '../registry/task-run-row.ts';
import type { RunSnapshot } from './runs.ts';

/**
 * What happened between two snapshots of a flow run, in the order in which it happened, as the events its own process saw: so
 * that a run can be drawn from the registry as it is drawn live. Without an earlier snapshot: everything up to `now`,
 * milliseconds UTC.
 */
export function runChanges(before: RunSnapshot | undefined, after: RunSnapshot, now: number): RunEvent[] {
  const knownFlows = new Map(before?.flowRuns.map((row) => [row.id, row]));
  const knownTasks = new Map(before?.taskRuns.map((row) => [row.id, row]));
  const flowEvents = after.flowRuns.flatMap((row) => stateChanges(row, knownFlows.get(row.id), flowEvent));
  const taskEvents = after.taskRuns.flatMap((row) => [
    ...stateChanges(row, knownTasks.get(row.id), taskEvent),
    ...progressChange(row, knownTasks.get(row.id), now),
  ]);
  return inOrder([...flowEvents, ...taskEvents]);
}

/**
 * By time, but no run before the one that called it: in a retried run the caller has begun again, later than what it finds
 * done. Ids are UUIDv7: in their order a run comes after its caller.
 */
function inOrder(events: readonly RunEvent[]): RunEvent[] {
  const begun = new Map<string, number>();
  const timed = events.toSorted(byId).map((event) => {
    const callers = callersOf(event).map((id) => begun.get(id) ?? 0);
    const at = Math.max(timeOf(event), ...callers);
    begun.set(idOf(event), Math.max(begun.get(idOf(event)) ?? 0, isEnd(event) ? 0 : at));
    return { event, at };
  });
  // At the same millisecond a caller begins before, and ends after, what it calls.
  return timed
    .sort(
      (left, right) =>
        left.at - right.at ||
        Number(isEnd(left.event)) - Number(isEnd(right.event)) ||
        (isEnd(left.event) ? byId(right.event, left.event) : byId(left.event, right.event)),
    )
    .map(({ event }) => event);
}

function callersOf(event: RunEvent): string[] {
  if (event.type === 'flow-run') return [event.parentFlowRunId, event.parentTaskRunId].filter((id) => id !== undefined);
  if (event.type === 'task-run') return [event.flowRunId, event.parentTaskRunId].filter((id) => id !== undefined);
  return [idOf(event)];
}

function timeOf(event: RunEvent): number {
  if (event.type === 'flow-run' || event.type === 'task-run') return event.state.at;
  return 'at' in event ? event.at : 0;
}

function isEnd(event: RunEvent): boolean {
  return (event.type === 'flow-run' || event.type === 'task-run') && isTerminal(event.state.kind);
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
  const { progress, state } = row;
  // What has ended is shown as ended.
  if (progress === null || isTerminal(state.kind) || JSON.stringify(progress) === JSON.stringify(known?.progress))
    return [];
  return [{ type: 'progress', flowRunId: row.flowRunId, taskRunId: row.id, progress, at }];
}

function idOf(event: RunEvent): string {
  return event.type === 'task-run' || event.type === 'progress' ? event.taskRunId : event.flowRunId;
}

function byId(left: RunEvent, right: RunEvent): number {
  const [first, second] = [idOf(left), idOf(right)];
  return first < second ? -1 : first > second ? 1 : 0;
}
