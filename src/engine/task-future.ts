/** How a task run ended for its caller. */
export type TaskOutcome<Result> =
  { readonly kind: 'done'; readonly value: Result } | { readonly kind: 'failed'; readonly error: unknown };

/** A task run that was started: await it for its result, or `settled()` for how it ended without an exception. */
export interface TaskFuture<Result> extends PromiseLike<Result> {
  /** How it ended, without an exception. */
  settled(): Promise<TaskOutcome<Result>>;
}

/** Wraps a task call that is under way. */
export function createFuture<Result>(call: Promise<Result>): TaskFuture<Result> {
  return {
    then: (onDone, onFailed) => call.then(onDone, onFailed),
    settled: () => outcomeOf(call),
  };
}

/** Waits for the call without throwing. */
export async function outcomeOf<Result>(call: PromiseLike<Result>): Promise<TaskOutcome<Result>> {
  try {
    return { kind: 'done', value: await call };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
