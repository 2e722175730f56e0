import type { RunState } from '../../core/run-state.ts';
import { durationText } from '../time-text.ts';

/** A state in words: its name and what it has to say, in one line. */
export function stateText(state: RunState): string {
  if ('reason' in state) return `${state.kind}: ${firstLine(state.reason)}`;
  if (state.kind === 'Failed') return `Failed: ${firstLine(state.error.message)}`;
  if (state.kind === 'TimedOut') return `TimedOut after ${durationText(state.timeoutMs)}`;
  return state.kind === 'Scheduled' && state.retryAt !== undefined ? 'waits for its next attempt' : state.kind;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
