import type { AnyFlow } from './flow-options.ts';

/** Shared by every copy of the package, because a flow file may see a second one: flows are not told by `instanceof`. */
const FLOW = Symbol.for('mlflow-ts.flow');
const TASK = Symbol.for('mlflow-ts.task');

/** Marks what `flow()` returns. */
export const FLOW_BRAND = { [FLOW]: true } as const;

/** Marks what `task()` returns. */
export const TASK_BRAND = { [TASK]: true } as const;

/** Whether the value was made by `flow()`, of this copy of the package or another. */
export function isFlow(value: unknown): value is AnyFlow {
  return typeof value === 'function' && FLOW in value;
}

/** Whether the value was made by `task()`, of this copy of the package or another. */
export function isTask(value: unknown): boolean {
  return typeof value === 'function' && TASK in value;
}
