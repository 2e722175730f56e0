import type { JsonObject } from '../../core/json.ts';
import { LOG_LEVELS } from '../../core/logger.ts';
import type { LogLevel } from '../../core/logger.ts';
import { isSuccessful, isTerminal } from '../../core/run-state.ts';
import type { RunState } from '../../core/run-state.ts';
import type { RunEvent } from '../../engine/run-events.ts';
import { pairsText } from '../cell-text.ts';
import { progressText } from './progress-text.ts';
import type { RunNode, RunView } from './run-view.ts';
import { stateText } from './state-text.ts';
import { durationText } from '../time-text.ts';

/**
 * What an event says where there is no terminal: one timestamped line, or undefined when it is not worth one. Progress is
 * told at most every ten seconds a run.
 * @param view With the event already recorded.
 * @param lastTold When each run's progress was last told; updated here.
 */
export function plainLine(
  event: RunEvent,
  view: RunView,
  options: { readonly level: LogLevel; readonly lastTold: Map<string, number> },
): string | undefined {
  switch (event.type) {
    case 'flow-run':
      return stateLine(event.flowRunId, event.state, view, options.level);
    case 'task-run':
      if (isTerminal(event.state.kind)) options.lastTold.delete(event.taskRunId);
      return stateLine(event.taskRunId, event.state, view, options.level);
    case 'log':
      return isShown(event.level, options.level)
        ? line(event.at, event.level, whereText(event, view), messageText(event))
        : undefined;
    case 'progress':
      return progressLine(event, view, options);
    case 'artifact':
      return undefined;
  }
}

/** Whether a log line of this level is severe enough to be shown. */
export function isShown(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}

function stateLine(id: string, state: RunState, view: RunView, least: LogLevel): string | undefined {
  const node = view.nodes.get(id);
  if (node === undefined || state.kind === 'Pending') return undefined;
  const level =
    isTerminal(state.kind) && !isSuccessful(state.kind) ? 'error' : state.kind === 'Scheduled' ? 'warn' : 'info';
  return isShown(level, least) ? line(state.at, level, node.name, stateWords(node)) : undefined;
}

function stateWords({ state, startedAt, attempt, reused }: RunNode): string {
  const again = attempt > 1 && state.kind === 'Running' ? ` (attempt ${attempt})` : '';
  const took = isTerminal(state.kind) && startedAt !== undefined ? ` in ${durationText(state.at - startedAt)}` : '';
  const earlier = reused ? ' (from an earlier attempt)' : '';
  return `${stateText(state)}${again}${state.kind === 'Completed' ? took : ''}${earlier}`;
}

function progressLine(
  event: Extract<RunEvent, { type: 'progress' }>,
  view: RunView,
  { level, lastTold }: { readonly level: LogLevel; readonly lastTold: Map<string, number> },
): string | undefined {
  const node = view.nodes.get(event.taskRunId);
  if (node?.progress === undefined || !isShown('info', level)) return undefined;
  const since = lastTold.get(node.id) ?? node.startedAt ?? event.at;
  if (!lastTold.has(node.id)) lastTold.set(node.id, since);
  if (event.at - since < PROGRESS_EVERY_MS) return undefined;
  lastTold.set(node.id, event.at);
  const label = event.progress.label === undefined ? '' : ` · ${event.progress.label}`;
  return line(event.at, 'info', node.name, `${progressText(node.progress)}${label}`);
}

function whereText(event: Extract<RunEvent, { type: 'log' }>, { nodes }: RunView): string {
  return nodes.get(event.taskRunId ?? event.flowRunId)?.name ?? event.flowRunId;
}

/** A message with the plain values it came with: `Listed files (files=3)`; lists and objects are in `runs logs --json` alone. */
export function messageText(logged: { readonly message: string; readonly data?: JsonObject | null }): string {
  const plain = Object.entries(logged.data ?? {}).filter(([, value]) => typeof value !== 'object');
  return plain.length === 0 ? logged.message : `${logged.message} (${pairsText(Object.fromEntries(plain))})`;
}

/** `2026-11-21T02:37:11.123Z info  collect-3f9a1c2e: Completed in 3.2s`; further lines of a message are indented. */
export function line(at: number, level: LogLevel, where: string, message: string): string {
  const text = message.replaceAll('\n', '\n    ');
  return `${new Date(at).toISOString()} ${level.padEnd(5)} ${where}: ${text}`;
}

const PROGRESS_EVERY_MS = 10_000;
