import type { ChalkInstance } from 'chalk';
import { isSuccessful, isTerminal } from '../../core/run-state.ts';
import type { RunStateKind } from '../../core/run-state.ts';

/** Text in the colour of a state: green done, red gone wrong, yellow called off, cyan going on. */
export function paintState(text: string, kind: RunStateKind, paint: ChalkInstance): string {
  if (isSuccessful(kind)) return paint.green(text);
  if (kind === 'Cancelled') return paint.yellow(text);
  return isTerminal(kind) ? paint.red(text) : paint.cyan(text);
}
