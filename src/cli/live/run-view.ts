import type { RunEvent } from '../../engine/run-events.ts';
import type { Progress } from '../../core/logger.ts';
import { isSuccessful, isTerminal } from '../../core/run-state.ts';
import type { RunState } from '../../core/run-state.ts';

/** A flow run or task run as it is drawn. */
export type RunNode = {
  readonly kind: 'flow' | 'task';
  readonly id: string;
  /** The flow's or task's name; its siblings of the same label are drawn as a group when they are many. */
  readonly label: string;
  /** The run's own name. */
  readonly name: string;
  /** Only tasks show theirs: a flow run's are among its facts. */
  readonly tags: readonly string[];
  readonly state: RunState;
  readonly attempt: number;
  readonly reused: boolean;
  readonly startedAt?: number;
  readonly progress?: ProgressSeen;
  /** Task runs and subflow runs it called, in order. */
  readonly children: string[];
  /** Runs it called that have ended and are only counted any more, by label. */
  readonly folded: Map<string, FoldedRuns>;
};

export type FoldedRuns = { readonly done: number; readonly bad: number };

/** The last progress of a run and the first, from which the rate is taken. */
export type ProgressSeen = {
  readonly first: { readonly done: number; readonly at: number };
  readonly last: Progress;
  readonly at: number;
};

/** All runs below the one that was started. Filled by `recordRunEvent`, read by whoever draws. */
export type RunView = {
  readonly roots: string[];
  readonly nodes: Map<string, RunNode>;
  /** The ended runs of one label below one parent that still have a node, oldest first. */
  readonly ended: Map<string, string[]>;
  readonly keepEnded: number;
};

/**
 * A view of nothing yet. Of the successful runs of one label below one parent, and of the others, it keeps the last
 * `keepEnded` and counts the rest: a run of 100,000 tasks takes no more memory than one of a hundred.
 */
export function createRunView({ keepEnded = KEEP_ENDED }: { readonly keepEnded?: number } = {}): RunView {
  return { roots: [], nodes: new Map(), ended: new Map(), keepEnded };
}

/** More than a terminal shows of them. */
const KEEP_ENDED = 32;

/** Adds runs that a flow run called and that have no node: they are only counted. */
export function addFolded(view: RunView, parentId: string, label: string, counts: FoldedRuns): void {
  view.nodes.get(parentId)?.folded.set(label, counts);
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

function recordState(view: RunView, event: StateEvent, identity: NodeIdentity): void {
  const { parentId, ...own } = identity;
  const known = view.nodes.get(own.id);
  if (known === undefined) attach(view, own.id, parentId);
  else if (known.attempt !== event.attempt) forgetCounted(view, known);
  const { name, state, attempt, reused } = event;
  view.nodes.set(own.id, {
    ...own,
    ...{ name, tags: tagsOf(event), state, attempt, reused },
    ...(known === undefined ? { children: [], folded: new Map<string, FoldedRuns>() } : belowOf(known)),
    ...(known?.attempt === attempt ? ofSameAttempt(known) : {}),
    ...(state.kind === 'Running' ? { startedAt: state.at } : {}),
  });
  if (isTerminal(state.kind)) foldOldest(view, identity, isSuccessful(state.kind) ? 'done' : 'bad');
}

function tagsOf(event: StateEvent): readonly string[] {
  return event.type === 'task-run' ? (event.tags ?? []) : [];
}

/** Counts the oldest ended sibling of this kind instead of keeping it, when there are enough others. */
function foldOldest(view: RunView, { id, label, parentId }: NodeIdentity, kind: keyof FoldedRuns): void {
  const parent = view.nodes.get(parentId ?? '');
  if (parent === undefined) return;
  const key = `${parent.id} ${kind} ${label}`;
  const ended = view.ended.get(key) ?? [];
  view.ended.set(key, ended);
  ended.push(id);
  const oldest = ended.length > view.keepEnded ? view.nodes.get(ended.shift()!) : undefined;
  if (oldest === undefined || !isTerminal(oldest.state.kind)) return;
  const counted = parent.folded.get(label) ?? { done: 0, bad: 0 };
  parent.folded.set(label, { ...counted, [kind]: counted[kind] + 1 });
  parent.children.splice(parent.children.indexOf(oldest.id), 1);
  forget(view, oldest);
}

/** The next attempt calls again what was counted: it is counted anew, with the others of its label. */
function forgetCounted(view: RunView, node: RunNode): void {
  const children = node.children.map((id) => view.nodes.get(id)!).filter(({ label }) => node.folded.has(label));
  for (const label of node.folded.keys()) forgetEnded(view, node, label);
  for (const child of children) {
    node.children.splice(node.children.indexOf(child.id), 1);
    forget(view, child);
  }
  node.folded.clear();
}

function forget(view: RunView, node: RunNode): void {
  view.nodes.delete(node.id);
  const children = node.children.flatMap((id) => view.nodes.get(id) ?? []);
  for (const label of [...node.folded.keys(), ...children.map((child) => child.label)]) forgetEnded(view, node, label);
  for (const child of children) forget(view, child);
}

function forgetEnded(view: RunView, { id }: RunNode, label: string): void {
  for (const kind of ['done', 'bad']) view.ended.delete(`${id} ${kind} ${label}`);
}

function belowOf({ children, folded }: RunNode): Pick<RunNode, 'children' | 'folded'> {
  return { children, folded };
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
