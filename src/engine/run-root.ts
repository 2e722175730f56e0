import { getMaxListeners, setMaxListeners } from 'node:events';
import { CancelledError, toRunError } from '../core/errors.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import { ActiveFlowRun, type FlowEnd } from './active-flow-run.ts';
import type { CallHandlers } from './call-site.ts';
import { executeFlowRun } from './execute-flow.ts';
import { executeSubflow } from './execute-subflow.ts';
import { executeTask } from './execute-task.ts';
import { failUnfit } from './fail-unfit.ts';
import type { AnyFlow } from './flow-options.ts';
import type { CheckedParameters } from './new-flow-run.ts';
import type { FlowRunOutcome } from './run-runtime.ts';
import type { RunSession } from './run-session.ts';
import { watchForCancel } from './watch-for-cancel.ts';

/** Tasks may call flows and flows tasks: here they are told about each other. */
const HANDLERS: CallHandlers = { task: executeTask, flow: executeSubflow };

/**
 * Executes a root flow run whose row is Pending or Scheduled, as long as it is not cancelled: by the runtime's signal or by
 * a request in the registry.
 */
export async function runRoot(
  session: RunSession,
  flow: AnyFlow,
  row: Pick<FlowRunRow, 'id' | 'flowName' | 'name' | 'attempt' | 'state'>,
  { checked }: CheckedParameters,
): Promise<FlowRunOutcome> {
  const { id, attempt, state } = row;
  const links = { id, rootFlowRunId: id, flow: row.flowName, name: row.name };
  const flowRun = new ActiveFlowRun(session, links, { attempt, state: state.kind, within: session.scope });
  flowRun.emit(state);
  const detach = attach(session, flowRun);
  try {
    const end =
      checked.kind === 'fit'
        ? await executeFlowRun(flowRun, flow, checked.parameters, HANDLERS)
        : { error: await failUnfit(flowRun, flow, checked.error) };
    return await outcomeOf(session, flowRun, end);
  } finally {
    await detach();
  }
}

async function outcomeOf(
  session: RunSession,
  { id, links }: ActiveFlowRun,
  { result, error }: Pick<FlowEnd, 'result' | 'error'>,
): Promise<FlowRunOutcome> {
  const row = await getFlowRun(session.runtime.registry.db, id);
  if (row === undefined) throw new Error(`Flow run ${id} was deleted while it ran.`);
  const { name, attempt, state, startedAt, endedAt } = row;
  const { seal } = session.runtime.secrets;
  return seal.data({
    flowRun: { id, flow: links.flow, name, attempt, state, startedAt, endedAt },
    ...(result === undefined ? {} : { result: seal.values(result) }),
    ...(error === undefined ? {} : { error: toRunError(error) }),
  });
}

/** Connects the run to what may stop it, and the process's unhandled rejections to its log; returns what undoes it. */
function attach(session: RunSession, flowRun: ActiveFlowRun): () => Promise<void> {
  const { signal, killSignal } = session.runtime;
  const kill = (): void => session.scope.abandon(new CancelledError('ended at once'));
  const cancel = (): void => flowRun.cancel(reasonOf(signal));
  const logRejection = (reason: unknown): void =>
    flowRun.log.error(`A promise was rejected and nobody awaited it: ${toRunError(reason).message}`);
  const watching = new AbortController();
  const watch = watchForCancel(session, watching.signal);

  if (signal?.aborted === true) cancel();
  const targets = [process, signal, killSignal].filter((target) => target !== undefined);
  makeRoom(targets, 1);
  signal?.addEventListener('abort', cancel, { once: true });
  killSignal?.addEventListener('abort', kill, { once: true });
  process.on('unhandledRejection', logRejection);
  return async () => {
    process.off('unhandledRejection', logRejection);
    killSignal?.removeEventListener('abort', kill);
    signal?.removeEventListener('abort', cancel);
    makeRoom(targets, -1);
    watching.abort();
    await watch;
  };
}

/** One listener for each run under way: many runs at once in one process are no leak that Node should warn of. */
function makeRoom(targets: readonly (NodeJS.EventEmitter | EventTarget)[], more: number): void {
  for (const target of targets) {
    const room = getMaxListeners(target);
    // Zero is no limit.
    if (room > 0) setMaxListeners(room + more, target);
  }
}

function reasonOf(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  if (typeof reason === 'string') return reason;
  return reason instanceof Error && reason.name !== 'AbortError' ? reason.message : 'interrupted';
}
