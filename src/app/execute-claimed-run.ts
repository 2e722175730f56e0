import { NotFoundError, toRunError } from '../core/errors.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { writeFlowState } from '../registry/flow-run-states.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import type { AnyFlow } from '../engine/flow-options.ts';
import { callReapedHook } from '../engine/reap-crashed-runs.ts';
import { runFlow } from '../engine/run-flow.ts';
import { kindsBefore } from '../engine/transition.ts';
import type { ChildOrder, RunOrder } from '../scheduling/worker/child-messages.ts';
import { flowOfRun, type FlowPlaces } from './flow-files/project-flows.ts';
import type { AppServices } from './services.ts';

/**
 * Executes a run that a worker has claimed, in this process; the worker renews its lease. A run whose flow cannot be loaded ends
 * Failed.
 * @returns the state in which it ended.
 * @throws FencedError when another attempt has begun meanwhile; EnvironmentError when the registry cannot be written.
 */
export async function executeClaimedRun(
  services: AppServices,
  { flowRunId, attempt, graceMs }: Omit<RunOrder, 'codeVersion'>,
  places: FlowPlaces,
  signal: AbortSignal,
): Promise<string> {
  const { registry, storage, secrets, clock, random, codeVersion } = services;
  const run = await getFlowRun(registry.db, flowRunId);
  if (run === undefined) throw new NotFoundError(`There is no flow run ${flowRunId} any more.`);
  let flow: AnyFlow<AppServices>;
  try {
    flow = await flowOfRun(run, places);
  } catch (error) {
    return failUnloaded(services, { ...run, attempt }, error);
  }
  const runtime = { registry, storage, secrets, clock, random, codeVersion, services, signal, graceMs } as const;
  const { flowRun } = await runFlow(flow, undefined, { ...runtime, lease: 'external' }, { flowRunId, attempt });
  return flowRun.state.kind;
}

/** Calls the flow's hook for a run that was ended from outside. */
export async function callCrashHook(
  { registry, clock }: AppServices,
  { flowRunId, state }: Extract<ChildOrder, { type: 'hook' }>,
  places: FlowPlaces,
): Promise<void> {
  const run = await getFlowRun(registry.db, flowRunId);
  if (run === undefined) return;
  await callReapedHook(registry.db, run, state, { clock, findFlow: (row) => flowOfRun(row, places) });
}

async function failUnloaded(
  { registry, clock, secrets }: AppServices,
  { id, attempt }: Pick<FlowRunRow, 'id' | 'attempt'>,
  error: unknown,
): Promise<string> {
  const to = { kind: 'Failed', at: clock.now(), error: secrets.seal.data(toRunError(error)) } as const;
  await writeFlowState(registry.db, { id, attempt, from: kindsBefore('Failed'), to });
  return 'Failed';
}
