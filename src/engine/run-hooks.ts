import { toRunError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { TerminalKind } from '../core/run-state.ts';

export type HookName = 'onCompletion' | 'onFailure' | 'onCancellation' | 'onCrash';

/** The hook that is called for each way to end; a task has no onCrash and is told of a crash as of a failure. */
const HOOK_OF = {
  Completed: 'onCompletion',
  Cached: 'onCompletion',
  Skipped: 'onCompletion',
  Failed: 'onFailure',
  TimedOut: 'onFailure',
  Cancelled: 'onCancellation',
  Crashed: 'onCrash',
} as const satisfies Record<TerminalKind, HookName>;

/** Calls the hook for a recorded end. What it throws is logged: a hook never changes the state. */
export async function runHook<Ended>(
  hooks: Partial<Record<HookName, (ended: Ended) => unknown>> | undefined,
  kind: TerminalKind,
  ended: Ended,
  log: Logger,
): Promise<void> {
  const name = HOOK_OF[kind];
  const hook = hooks?.[name];
  if (hook === undefined) return;
  try {
    await hook(ended);
  } catch (error) {
    const { message } = toRunError(error);
    log.error(`The hook ${name} failed; the recorded state stays ${kind}: ${message}`);
  }
}
