import { isSuccessful, isTerminal } from '../../core/run-state.ts';
import type { Line, Piece } from './line.ts';
import { progressBar, progressText } from './progress-text.ts';
import type { FoldedRuns, RunNode, RunView } from './run-view.ts';
import { tableLines } from './table-lines.ts';
import { stateText } from './state-text.ts';
import { durationText } from '../time-text.ts';

export type Frame = {
  /** Milliseconds UTC: running times count up to it. */
  readonly now: number;
  readonly columns: number;
  /** Infinity where all runs are to be listed. */
  readonly rows: number;
  /** Which picture of the spinner. */
  readonly tick: number;
};

/**
 * Draws the tree of runs in at most `rows - 1` lines: while there is not enough room, first the inside of finished runs
 * is left out, then finished siblings are counted in one line, at last the top is cut.
 */
export function treeLines(view: RunView, frame: Frame): Line[] {
  const room = Math.max(frame.rows - 1, 1);
  for (const detail of DETAILS) {
    const lines = view.roots.flatMap((id) => nodeLines(id, { view, frame, detail, depth: 0 }));
    if (lines.length <= room || detail === 'active') {
      return lines.slice(-room).map((line) => cutLine(line, frame.columns - 1));
    }
  }
  return [];
}

/** From all there is to what goes on now. */
const DETAILS = ['all', 'unfinished', 'active'] as const;
type Detail = (typeof DETAILS)[number];
type Drawing = { readonly view: RunView; readonly frame: Frame; readonly detail: Detail; readonly depth: number };

function nodeLines(id: string, drawing: Drawing): Line[] {
  const node = drawing.view.nodes.get(id)!;
  const own = nodeLine(node, drawing);
  if (drawing.detail !== 'all' && isTerminal(node.state.kind)) return [own];
  const deeper = { ...drawing, depth: drawing.depth + 1 };
  const table = node.progress?.last.table ?? [];
  const rows = table.length === 0 ? [] : tableLines(table, '  '.repeat(deeper.depth));
  return [own, ...rows, ...groups(node, drawing.view).flatMap((group) => groupLines(group, deeper))];
}

/** Runs of one label below one parent: those that have a node, and how many others there were. */
type Group = { readonly label: string; readonly nodes: RunNode[]; readonly folded: FoldedRuns };

/** Siblings with one label stand together: the runs of a mapped task. */
function groups({ children, folded }: RunNode, { nodes }: RunView): Group[] {
  const byLabel = new Map<string, Group>();
  for (const id of children) {
    const node = nodes.get(id)!;
    const { label } = node;
    const group = byLabel.get(label) ?? { label, nodes: [], folded: folded.get(label) ?? { done: 0, bad: 0 } };
    byLabel.set(label, group);
    group.nodes.push(node);
  }
  return [...byLabel.values()];
}

function groupLines(group: Group, drawing: Drawing): Line[] {
  const { nodes, folded } = group;
  const limit = drawing.detail === 'active' ? 1 : Number.isFinite(drawing.frame.rows) ? GROUP_LIMIT : Infinity;
  const count = nodes.length + folded.done + folded.bad;
  if (count <= limit && nodes.length === count) return nodes.flatMap(({ id }) => nodeLines(id, drawing));
  const shown = nodes.filter((node) => !isTerminal(node.state.kind) || isNoteworthy(node));
  const deeper = { ...drawing, depth: drawing.depth + 1 };
  return [groupLine(group, count, drawing), ...shown.slice(-GROUP_LIMIT).flatMap(({ id }) => nodeLines(id, deeper))];
}

function isNoteworthy({ state }: RunNode): boolean {
  return isTerminal(state.kind) && !isSuccessful(state.kind);
}

function groupLine({ label, nodes, folded }: Group, total: number, { depth }: Drawing): Line {
  const count = (test: (node: RunNode) => boolean): number => nodes.filter(test).length;
  const done = folded.done + count(({ state }) => isSuccessful(state.kind));
  const bad = folded.bad + count(isNoteworthy);
  const isOver = done + bad === total;
  return [
    plain('  '.repeat(depth)),
    isOver ? { text: bad > 0 ? '✖' : '✔', tone: bad > 0 ? 'bad' : 'good' } : { text: '•', tone: 'busy' },
    { text: ` ${label}`, tone: 'plain' },
    { text: `  ${done} of ${total} done`, tone: 'faint' },
    ...(bad === 0 ? [] : [{ text: `, ${bad} failed`, tone: 'bad' } as const]),
    ...tagPieces(nodes.at(-1)),
  ];
}

function nodeLine(node: RunNode, { frame, depth }: Drawing): Line {
  return [
    plain('  '.repeat(depth)),
    mark(node, frame.tick),
    { text: ` ${title(node)}`, tone: node.kind === 'flow' ? 'strong' : 'plain' },
    { text: timeText(node, frame.now), tone: 'faint' },
    ...progressPieces(node),
    ...remark(node),
    ...tagPieces(node),
  ];
}

function mark({ state, kind }: RunNode, tick: number): Piece {
  if (isSuccessful(state.kind)) return { text: state.kind === 'Skipped' ? '○' : '✔', tone: 'good' };
  if (isTerminal(state.kind)) return { text: '✖', tone: 'bad' };
  if (state.kind === 'Running' || state.kind === 'Cancelling') {
    return { text: SPINNER[tick % SPINNER.length]!, tone: kind === 'flow' ? 'strong' : 'busy' };
  }
  return { text: '·', tone: 'faint' };
}

/** The run's own name where it says more than the label. */
function title({ label, name }: RunNode): string {
  return name === label || name.startsWith(`${label}-`) ? label : name;
}

function timeText({ startedAt, state }: RunNode, now: number): string {
  if (startedAt === undefined) return '';
  const end = isTerminal(state.kind) ? state.at : now;
  return `  ${durationText(Math.max(end - startedAt, 0))}`;
}

function progressPieces({ progress, state }: RunNode): Piece[] {
  if (progress === undefined) return [];
  const label = progress.last.label === undefined ? [] : [{ text: `  ${progress.last.label}`, tone: 'faint' } as const];
  if (isTerminal(state.kind)) return label;
  const bar = progressBar(progress, BAR_WIDTH);
  return [
    ...(bar === '' ? [] : [{ text: `  ${bar}`, tone: 'busy' } as const]),
    { text: `  ${progressText(progress)}`, tone: 'plain' },
    ...label,
  ];
}

/** What the sign in front does not tell: cached, waiting for a retry, why it failed. */
function remark(node: RunNode): Piece[] {
  const { state, reused, attempt } = node;
  if (reused) return [{ text: '  from an earlier attempt', tone: 'faint' }];
  if (state.kind === 'Completed') return attempt > 1 ? [{ text: `  attempt ${attempt}`, tone: 'faint' }] : [];
  if (state.kind === 'Running' && attempt === 1) return [];
  const text = state.kind === 'Running' ? `attempt ${attempt}` : stateText(state);
  return [{ text: `  ${text}`, tone: isNoteworthy(node) ? 'bad' : 'faint' }];
}

function tagPieces(node: RunNode | undefined): Piece[] {
  return (node?.tags ?? []).map((tag) => ({ text: `  #${tag}`, tone: 'faint' }));
}

function cutLine(line: Line, columns: number): Line {
  let left = Math.max(columns, 1);
  return line.flatMap((piece) => {
    const letters = Array.from(piece.text);
    const kept = letters.length > left ? `${letters.slice(0, Math.max(left - 1, 0)).join('')}…` : piece.text;
    const room = left;
    left -= letters.length;
    return room <= 0 ? [] : [{ ...piece, text: kept }];
  });
}

function plain(text: string): Piece {
  return { text, tone: 'plain' };
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const BAR_WIDTH = 20;
/** More siblings of one label than this are drawn as a group. */
const GROUP_LIMIT = 8;
