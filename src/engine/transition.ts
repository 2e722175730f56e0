import { ConflictError } from '../core/errors.ts';
import { RUN_STATE_KINDS, isSuccessful, isTerminal, type RunStateKind } from '../core/run-state.ts';

/**
 * What may follow what within one attempt of a flow run or task run. Terminal states are final for the attempt; a new
 * attempt starts again at Scheduled (a waiting retry) or Pending.
 */
const NEXT_KINDS = {
  Scheduled: ['Pending', 'Failed', 'Cancelled', 'Crashed'],
  Pending: ['Running', 'Cached', 'Skipped', 'Failed', 'Cancelled', 'Crashed'],
  Running: ['Paused', 'Cancelling', 'Completed', 'Skipped', 'Failed', 'TimedOut', 'Cancelled', 'Crashed'],
  Paused: ['Running', 'Cancelling', 'Failed', 'TimedOut', 'Cancelled', 'Crashed'],
  Cancelling: ['Cancelled', 'Crashed'],
  Completed: [],
  Cached: [],
  Skipped: [],
  Failed: [],
  TimedOut: [],
  Cancelled: [],
  Crashed: [],
} as const satisfies Record<RunStateKind, readonly RunStateKind[]>;

const FIRST_KINDS = ['Scheduled', 'Pending'] as const satisfies readonly RunStateKind[];

/** Whether an attempt in state `from` may go to state `to`. */
export function mayFollow(from: RunStateKind, to: RunStateKind): boolean {
  return (NEXT_KINDS[from] as readonly RunStateKind[]).includes(to);
}

/** The states from which `to` can be reached within an attempt: what a fenced write accepts as the state before it. */
export function kindsBefore(to: RunStateKind): readonly RunStateKind[] {
  return RUN_STATE_KINDS.filter((from) => mayFollow(from, to));
}

/** Whether a new attempt in state `to` may follow an attempt that ended in `from`; success is repeated only on request. */
export function mayBeginAttempt(from: RunStateKind, to: RunStateKind, repeatSuccess: boolean): boolean {
  const ended = isTerminal(from) && (repeatSuccess || !isSuccessful(from));
  return ended && (FIRST_KINDS as readonly RunStateKind[]).includes(to);
}

/**
 * The gate every state change passes before it is written.
 * @throws ConflictError when `to` may not follow `from`.
 */
export function assertTransition(what: string, from: RunStateKind, to: RunStateKind): void {
  if (mayFollow(from, to)) return;
  throw new ConflictError(`${what} is ${from} and cannot become ${to}; it may become ${describeNext(from)}.`, {
    details: { from, to },
  });
}

function describeNext(from: RunStateKind): string {
  const next = NEXT_KINDS[from];
  return next.length === 0 ? 'nothing else: the attempt has ended' : next.join(', ');
}
