import type { Json } from './json.ts';

/** Why an attempt ended badly, as it is stored: the class and message of an error and its chain of causes. */
export type RunError = {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly stack?: string;
  readonly details?: Readonly<Record<string, Json>>;
  readonly cause?: RunError;
};

/**
 * The state of a flow run or task run: that of its latest attempt. Terminal states are final for an attempt.
 * `at` is milliseconds UTC of the transition.
 */
export type RunState =
  | { readonly kind: 'Scheduled'; readonly at: number; readonly scheduledFor: number; readonly retryAt?: number }
  | { readonly kind: 'Pending'; readonly at: number }
  | { readonly kind: 'Running'; readonly at: number }
  | { readonly kind: 'Paused'; readonly at: number; readonly reason: string }
  | { readonly kind: 'Cancelling'; readonly at: number; readonly reason: string }
  | { readonly kind: 'Completed'; readonly at: number }
  | { readonly kind: 'Cached'; readonly at: number; readonly cacheKey: string }
  | { readonly kind: 'Skipped'; readonly at: number; readonly reason: string }
  | { readonly kind: 'Failed'; readonly at: number; readonly error: RunError }
  | { readonly kind: 'TimedOut'; readonly at: number; readonly timeoutMs: number }
  | { readonly kind: 'Cancelled'; readonly at: number; readonly reason: string }
  | { readonly kind: 'Crashed'; readonly at: number; readonly reason: string };

export type RunStateKind = RunState['kind'];

export const RUN_STATE_KINDS = [
  'Scheduled',
  'Pending',
  'Running',
  'Paused',
  'Cancelling',
  'Completed',
  'Cached',
  'Skipped',
  'Failed',
  'TimedOut',
  'Cancelled',
  'Crashed',
] as const satisfies readonly RunStateKind[];

export const TERMINAL_KINDS = [
  'Completed',
  'Cached',
  'Skipped',
  'Failed',
  'TimedOut',
  'Cancelled',
  'Crashed',
] as const satisfies readonly RunStateKind[];

/** States that an attempt leaves again. */
export const OPEN_KINDS = [
  'Scheduled',
  'Pending',
  'Running',
  'Paused',
  'Cancelling',
] as const satisfies readonly RunStateKind[];

export type TerminalKind = (typeof TERMINAL_KINDS)[number];

/** States whose attempt did what was asked; a retry of the flow run does not execute such a task again. */
export const SUCCESSFUL_KINDS = ['Completed', 'Cached', 'Skipped'] as const satisfies readonly RunStateKind[];

/** Whether an attempt in this state can never change again. */
export function isTerminal(kind: RunStateKind): kind is TerminalKind {
  return (TERMINAL_KINDS as readonly RunStateKind[]).includes(kind);
}

/** Whether the state counts as success (exit code 0). */
export function isSuccessful(kind: RunStateKind): boolean {
  return (SUCCESSFUL_KINDS as readonly RunStateKind[]).includes(kind);
}
