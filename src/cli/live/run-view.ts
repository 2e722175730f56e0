import type { RunEvent } from '../../engine/run-events.ts';
import type { Progress } from '../../core/logger.ts';
import type { RunState } from '../../core/run-state.ts';

/** A flow run or task run as it is drawn. */
export type RunNode = {
  readonly kind: 'flow' | 'task';
  readonly id: string;
  /** The flow's or task's name; its siblings of the same label are drawn as a group when they are many. */
  readonly label: string;
  /** The run's own name. */
  readonly name: string;
  readonly state: RunState;
  readonly attempt: number;
  readonly reused: boolean;
  readonly startedAt?: number;
  readonly progress?: ProgressSeen;
  /** Task runs and subflow runs it called, in order. */
  readonly children: string[];
};

/** The last progress of a run and the first, from which the rate is taken. */
export type ProgressSeen = {
  readonly first: { readonly done: number; readonly at: number };
  readonly last: Progress;
  readonly at: number;
};

/** All runs below the one that was started. Filled by `recordRunEvent`, read by whoever draws. */
export type RunView = { readonly roots: string[]; readonly nodes: Map<string, RunNode> };

/** A view of nothing yet. */
export function createRunView(): RunView {
  return { roots: [], nodes: new Map() };
}

/** Takes an event into the view; logs and artifacts leave it as it is. */
export function recordRunEvent(view: RunView, event: RunEvent): void {
  if (event.type === 'progress') recordProgress(view, event);
  if (event.type === 'flow-run') {
    const identity = { kind: 'flow', id: event.flowRunId, label: event.flow } as const;
    recordState(view, event, { ...identity, parentId: event.parentTaskRunId ?? event.parentFlowRunId });
  }
  if (event.type === 'task-run') {
    const identity = { kind: 'task', id: event.taskRunId, label: event.task } as const;
    recordState(view, event, { ...identity, parentId: event.parentTaskRunId ?? event.flowRunId });
  }
}

type StateEvent = Extract<RunEvent, { type: 'flow-run' | 'task-run' }>;
type NodeIdentity = Pick<RunNode, 'kind' | 'id' | 'label'> & { readonly parentId: string | undefined };

function recordState(view: RunView, event: StateEvent, { parentId, ...identity }: NodeIdentity): void {
  const known = view.nodes.get(identity.id);
  if (known === undefined) attach(view, identity.id, parentId);
  const { name, state, attempt, reused } = event;
  view.nodes.set(identity.id, {
    ...identity,
    ...{ name, state, attempt, reused },
    children: known?.children ?? [],
    ...(known?.attempt === attempt ? ofSameAttempt(known) : {}),
    ...(state.kind === 'Running' ? { startedAt: state.at } : {}),
  });
}

/** A new attempt has a start and a progress of its own. */
function ofSameAttempt({ startedAt, progress }: RunNode): Pick<RunNode, 'startedAt' | 'progress'> {
  return { ...(startedAt === undefined ? {} : { startedAt }), ...(progress === undefined ? {} : { progress }) };
}

/** A parent that was never heard of (its event is still to come, or it is not part of what is watched) makes a root. */
function attach(view: RunView, id: string, parentId: string | undefined): void {
  const parent = parentId === undefined ? undefined : view.nodes.get(parentId);
  if (parent === undefined) view.roots.push(id);
  else parent.children.push(id);
}

function recordProgress(view: RunView, event: Extract<RunEvent, { type: 'progress' }>): void {
  const node = view.nodes.get(event.taskRunId);
  if (node === undefined) return;
  const { progress, at } = event;
  const known = node.progress;
  const goesOn = known?.last.unit === progress.unit && known.last.done <= progress.done;
  const first = goesOn ? known.first : { done: progress.done, at };
  view.nodes.set(node.id, { ...node, progress: { first, last: progress, at } });
}
