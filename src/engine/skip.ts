/** Shared by every copy of the package, because a flow file may see a second one. */
const SKIP = Symbol.for('mlflow-ts.skip');

/** What a body returns to end Skipped instead of Completed. */
export type Skip = { readonly [SKIP]: true; readonly reason: string };

/** Ends a task or flow Skipped: `return skip('the local copy is current')`. Its caller receives null. */
export function skip(reason: string): Skip {
  return { [SKIP]: true, reason };
}

/** Whether a body returned `skip(reason)`. */
export function isSkip(returned: unknown): returned is Skip {
  return typeof returned === 'object' && returned !== null && SKIP in returned;
}
