import { TimeoutError, toRunError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import type { RunState } from '../core/run-state.ts';
import { toJson } from '../core/to-json.ts';
import type { AbortScope } from './abort-scope.ts';
import { isSkip } from './skip.ts';

/** How one attempt of a body ended. */
export type BodyEnd =
  | { readonly kind: 'returned'; readonly value: Json }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'crashed'; readonly error: unknown }
  | { readonly kind: 'timed-out'; readonly error: TimeoutError; readonly timeoutMs: number }
  | { readonly kind: 'cancelled'; readonly error: unknown };

type BodyOptions = {
  /** For messages, e.g. `Task "decode"`. */
  readonly what: string;
  readonly timeoutMs: number | undefined;
  /** How long a body that was told to stop may take before it is left behind. */
  readonly graceMs: number;
  readonly clock: Clock;
};

/**
 * Runs a body to its end, at most until its time is up. Never rejects for what the body throws.
 * @throws FencedError when the run was lost meanwhile: nothing may be recorded then.
 */
export async function runBody(scope: AbortScope, options: BodyOptions, body: () => unknown): Promise<BodyEnd> {
  const timer = startTimer(scope, options);
  try {
    scope.throwIfAborted();
    const returned = await scope.settle(invoke(body));
    return timedOut(scope, timer) ?? classifyReturned(returned, options.what);
  } catch (error) {
    return timedOut(scope, timer) ?? classifyThrown(scope, error);
  } finally {
    timer.cancel();
  }
}

/** The state in which an attempt that ended so is recorded. */
export function stateOf(end: BodyEnd, at: number): RunState {
  switch (end.kind) {
    case 'returned':
      return { kind: 'Completed', at };
    case 'skipped':
      return { kind: 'Skipped', at, reason: end.reason };
    case 'failed':
      return { kind: 'Failed', at, error: toRunError(end.error) };
    case 'crashed':
      return { kind: 'Crashed', at, reason: toRunError(end.error).message };
    case 'timed-out':
      return { kind: 'TimedOut', at, timeoutMs: end.timeoutMs };
    case 'cancelled':
      return { kind: 'Cancelled', at, reason: toRunError(end.error).message };
  }
}

/** Whether the error says that this process has lost the run. */
export function isFenced(error: unknown): error is Error {
  return codeOf(error) === 'FENCED';
}

/** By their code, because a flow file may throw the errors of a second copy of the package. */
function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
}

/** Also what a body throws before it returns a promise is a rejection. */
function invoke(body: () => unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(body()));
}

function classifyReturned(returned: unknown, what: string): BodyEnd {
  if (isSkip(returned)) return { kind: 'skipped', reason: returned.reason };
  try {
    return { kind: 'returned', value: toJson(returned, `result of ${what}`) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function classifyThrown(scope: AbortScope, error: unknown): BodyEnd {
  const fenced = [scope.reason, error].find(isFenced);
  if (fenced !== undefined) throw fenced;
  if (scope.aborted) return { kind: 'cancelled', error: scope.reason };
  return codeOf(error) === 'CRASHED' ? { kind: 'crashed', error } : { kind: 'failed', error };
}

function timedOut(scope: AbortScope, { error }: Timer): BodyEnd | undefined {
  if (error === undefined || scope.reason !== error) return undefined;
  return { kind: 'timed-out', error, timeoutMs: error.timeoutMs };
}

const TIMEOUT_GRACE_MS = 1_000;

type Timer = { readonly error: TimeoutError | undefined; cancel(): void };

function startTimer(scope: AbortScope, { what, timeoutMs, graceMs, clock }: BodyOptions): Timer {
  if (timeoutMs === undefined) return { error: undefined, cancel: () => undefined };
  const error = new TimeoutError(what, timeoutMs);
  const waiting = new AbortController();
  void clock.sleep(timeoutMs, waiting.signal).then(
    () => scope.stop(error, Math.min(graceMs, TIMEOUT_GRACE_MS), clock),
    () => undefined,
  );
  return { error, cancel: () => waiting.abort() };
}
