import { ConflictError, FencedError, UsageError } from '../core/errors.ts';
import { newFlowRunId, type FlowRunId } from '../core/ids.ts';
import { getFlowRun, insertFlowRun } from '../registry/flow-runs.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import type { AnyFlow } from './flow-options.ts';
import { checkParameters, newFlowRun } from './new-flow-run.ts';
import { withSession } from './open-session.ts';
import { runRoot } from './run-root.ts';
import type { FlowRunOutcome, FlowRuntime, RunFlowOptions } from './run-runtime.ts';

/**
 * Runs a flow to its end and tells how it ended; a flow that fails is an outcome, not an exception.
 * @param parameters Typed values, or text as from the command line; unfit ones end the run Failed without Running.
 * @throws EnvironmentError when the registry cannot be written; FencedError when another process has taken the run over.
 */
export async function runFlow<Services>(
  flow: AnyFlow<Services>,
  parameters: unknown,
  runtime: FlowRuntime<Services>,
  options: RunFlowOptions = {},
): Promise<FlowRunOutcome> {
  const { registry } = runtime;
  const recorded = options.flowRunId === undefined ? undefined : await getFlowRun(registry.db, options.flowRunId);
  if (recorded !== undefined) return runRecorded(flow, recorded, runtime, options);

  const id = options.flowRunId ?? newFlowRunId();
  const given = checkParameters(flow, parameters, runtime.secrets);
  return withSession({ runtime, flowRunId: id, attempt: 1, cache: options }, async (session) => {
    const { runName, tags, entrypoint } = options;
    const row = newFlowRun(session, flow, given, { id, rootFlowRunId: id, runName, tags, entrypoint });
    await insertFlowRun(registry.db, row);
    return runRoot(session, flow, { ...row, attempt: 1 }, given);
  });
}

/** Runs what was recorded before, with the recorded parameters. */
async function runRecorded<Services>(
  flow: AnyFlow<Services>,
  row: FlowRunRow,
  runtime: FlowRuntime<Services>,
  options: RunFlowOptions,
): Promise<FlowRunOutcome> {
  assertSameFlow(flow, row);
  if (row.state.kind !== 'Scheduled' && row.state.kind !== 'Pending') {
    throw new ConflictError(`Flow run ${row.id} is ${row.state.kind}: only a Scheduled or Pending one can be started.`);
  }
  const { id: flowRunId, attempt } = row;
  if (options.attempt !== undefined && options.attempt !== attempt) {
    throw new FencedError(
      `Flow run ${row.id} is at attempt ${attempt}, not at ${options.attempt}: somebody else has it.`,
    );
  }
  const given = checkParameters(flow, row.parameters, runtime.secrets);
  return withSession({ runtime, flowRunId, attempt, cache: options }, (session) => runRoot(session, flow, row, given));
}

/** @throws UsageError when the run is one of another flow. */
export function assertSameFlow(
  flow: { readonly name: string },
  row: { readonly id: FlowRunId; readonly flowName: string },
): void {
  if (row.flowName === flow.name) return;
  throw new UsageError(`Flow run ${row.id} is a run of flow "${row.flowName}", not of "${flow.name}".`);
}
