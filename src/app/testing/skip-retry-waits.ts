import type { RunState } from '../../core/run-state.ts';
import { isTerminal } from '../../core/run-state.ts';
import type { RunEvent } from '../../engine/run-events.ts';
import type { TestClock } from './test-clock.ts';

type OpenRun = { readonly state: RunState; readonly parent: string | undefined };

/**
 * Watches runs and, as soon as everything under way waits for a retry, moves the clock to the earliest one.
 * @returns what to call with every event.
 */
export function skipRetryWaits(clock: TestClock): (event: RunEvent) => void {
  const open = new Map<string, OpenRun>();
  let isChecking = false;
  const check = async (): Promise<void> => {
    // The run that tells it is Scheduled goes to sleep only after that.
    await new Promise((resolve) => setImmediate(resolve));
    isChecking = false;
    const retryAt = earliestRetry(open);
    if (retryAt !== undefined) await clock.advance(Math.max(0, retryAt - clock.now()));
  };
  return (event) => {
    if (event.type !== 'flow-run' && event.type !== 'task-run') return;
    const [id, parent] =
      event.type === 'task-run'
        ? [event.taskRunId, event.parentTaskRunId ?? event.flowRunId]
        : [event.flowRunId, event.parentTaskRunId ?? event.parentFlowRunId];
    if (isTerminal(event.state.kind)) open.delete(id);
    else open.set(id, { state: event.state, parent });
    if (isChecking || earliestRetry(open) === undefined) return;
    isChecking = true;
    void check();
  };
}

/** When the first retry is due, if all that others do not wait for waits for one. */
function earliestRetry(open: ReadonlyMap<string, OpenRun>): number | undefined {
  const parents = new Set([...open.values()].map(({ parent }) => parent));
  const waiting: number[] = [];
  for (const [id, { state }] of open) {
    if (parents.has(id)) continue;
    if (state.kind !== 'Scheduled' || state.retryAt === undefined) return undefined;
    waiting.push(state.retryAt);
  }
  return waiting.length === 0 ? undefined : Math.min(...waiting);
}
