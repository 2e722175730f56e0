import { ConflictError, NotFoundError, UsageError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { isSuccessful, isTerminal, type RunState } from '../core/run-state.ts';
import { discardTaskResults } from '../registry/discard-results.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { beginFlowAttempt } from '../registry/flow-run-states.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import { withTransaction } from '../registry/registry-db.ts';
import type { AnyFlow } from './flow-options.ts';
import { checkParameters } from './new-flow-run.ts';
import { withSession } from './open-session.ts';
import { reapCrashedRuns } from './reap-crashed-runs.ts';
import { assertSameFlow } from './run-flow.ts';
import { runRoot } from './run-root.ts';
import type { CacheOptions, FlowRunOutcome, FlowRuntime } from './run-runtime.ts';
import type { RunSession } from './run-session.ts';
import { mayBeginAttempt } from './transition.ts';

export type RetryFlowRunOptions = CacheOptions & {
  /** Executes this task, or this task run (`train-2`, an id), again and every task that started after it, results or not. */
  readonly from?: string;
};

/**
 * Runs the next attempt of a root flow run that has ended, with the parameters it was given: tasks that finished return
 * their recorded results, the others are executed. A run whose process has died is ended first.
 * @throws NotFoundError, UsageError (a subflow run, another flow's run), ConflictError (still running, or successful and no
 * `from`), ParameterError (the flow no longer takes its recorded parameters).
 */
export async function retryFlowRun<Services>(
  flow: AnyFlow<Services>,
  flowRunId: FlowRunId,
  runtime: FlowRuntime<Services>,
  options: RetryFlowRunOptions = {},
): Promise<FlowRunOutcome> {
  const { registry, clock } = runtime;
  await reapCrashedRuns(registry.db, { clock });
  const row = await getFlowRun(registry.db, flowRunId);
  if (row === undefined)
    throw new NotFoundError(`There is no flow run ${flowRunId}. List them with: mlflow-ts runs ls`);
  assertSameFlow(flow, row);
  assertRetryable(row, options.from);
  const given = checkParameters(flow, row.parameters, runtime.secrets);
  if (given.checked.kind === 'unfit') throw given.checked.error;

  const attempt = row.attempt + 1;
  return withSession({ runtime, flowRunId, attempt, cache: options }, async (session) => {
    const state = { kind: 'Pending', at: clock.now() } as const;
    await beginAttempt(session, row, state, options.from);
    return runRoot(session, flow, { ...row, attempt, state }, given);
  });
}

function assertRetryable(row: FlowRunRow, from: string | undefined): void {
  const { id, state, owner, parentFlowRunId, rootFlowRunId } = row;
  if (parentFlowRunId !== null) {
    throw new UsageError(`Flow run ${id} is a subflow run. Retry the run it belongs to: ${rootFlowRunId}`);
  }
  if (!isTerminal(state.kind)) {
    const where = owner === null ? 'waits to be started' : `belongs to process ${owner.pid} on ${owner.host}`;
    throw new ConflictError(
      `Flow run ${id} is ${state.kind} and ${where}. Cancel it first: mlflow-ts runs cancel ${id}`,
    );
  }
  if (mayBeginAttempt(state.kind, 'Pending', from !== undefined)) return;
  throw new ConflictError(
    isSuccessful(state.kind)
      ? `Flow run ${id} is ${state.kind}: nothing is left to do. To execute a part of it again name the first task: --from TASK`
      : `Flow run ${id} is ${state.kind} and cannot be retried.`,
  );
}

async function beginAttempt(
  session: RunSession,
  { id, attempt }: FlowRunRow,
  state: RunState,
  from: string | undefined,
): Promise<void> {
  const begun = await withTransaction(session.runtime.registry.db, async (transaction) => {
    if (from !== undefined) await discardTaskResults(transaction, { flowRunId: id, taskName: from, at: state.at });
    return beginFlowAttempt(transaction, { id, expectedAttempt: attempt, owner: session.owner, state });
  });
  if (!begun) throw new ConflictError(`Flow run ${id} was retried by somebody else at the same moment.`);
}
