import type { AnyFlow } from '../engine/flow-options.ts';
import { cancelFlowRun } from '../engine/cancel-flow-run.ts';
import { looksSilent, reapCrashedRuns, reapWhenSilent } from '../engine/reap-crashed-runs.ts';
import { retryFlowRun } from '../engine/retry-flow-run.ts';
import { runFlow } from '../engine/run-flow.ts';
import type { RunObserver } from '../engine/run-events.ts';
import type { FlowRunOutcome, FlowRuntime, RunFlowOptions } from '../engine/run-runtime.ts';
import type { FlowRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { listFlowRunTree } from '../registry/flow-run-tree.ts';
import { settleQueuedRuns } from '../registry/settle-queued-runs.ts';
import { settleTrackedRuns } from '../registry/tracked-runs.ts';
import { flowOfRun, type FlowPlaces } from './flow-files/project-flows.ts';
import type { AppServices } from './services.ts';

/** Who watches a run and who may cancel it. */
export type RunAudience = {
  readonly signal: AbortSignal;
  readonly killSignal?: AbortSignal;
  readonly observer: RunObserver;
  readonly observerReady?: () => Promise<void> | undefined;
};

/** Runs a flow in this process; a flow that fails is an outcome, not an error. */
export async function runFlowNow(
  services: AppServices,
  flow: AnyFlow<AppServices>,
  parameters: Json,
  options: RunFlowOptions,
  audience: RunAudience,
): Promise<FlowRunOutcome> {
  return runFlow(flow, parameters, runtimeOf(services, audience), options);
}

/** Runs a flow run again as its next attempt: finished tasks keep their results, those from `from` on do not. */
export async function retryFlowNow(
  services: AppServices,
  flow: AnyFlow<AppServices>,
  flowRunId: FlowRunId,
  options: { readonly from?: string },
  audience: RunAudience,
): Promise<FlowRunOutcome> {
  const outcome = await retryFlowRun(flow, flowRunId, runtimeOf(services, audience), options);
  await settleTracked(services, [flowRunId]);
  return outcome;
}

/**
 * Asks a run's process to stop it; a run without a living process is Cancelled at once.
 * @throws ConflictError when it has ended.
 */
export async function cancelRun({ registry, clock }: AppServices, run: FlowRunRow): Promise<'requested' | 'cancelled'> {
  const answer = await cancelFlowRun(registry.db, run.id, { clock, reason: 'mlflow-ts runs cancel' });
  if (answer === 'cancelled') await settleQueuedRuns(registry.db, clock.now());
  return answer;
}

/** Ends the runs of processes that are gone and calls their flows' hooks. */
export async function reapCrashed({ registry, clock }: AppServices, places: FlowPlaces): Promise<FlowRunRow[]> {
  const crashed = await reapCrashedRuns(registry.db, { clock, findFlow: (run) => flowOfRun(run, places) });
  await settleTracked(
    { registry },
    crashed.map(({ id }) => id),
  );
  return crashed;
}

/** What the flow runs logged to ends as they did. */
export async function settleTracked(
  { registry }: Pick<AppServices, 'registry'>,
  roots: readonly FlowRunId[],
): Promise<void> {
  const trees = await Promise.all(roots.map((id) => listFlowRunTree(registry.db, id)));
  if (trees.length > 0) await settleTrackedRuns(registry.db, trees.flat());
}

/**
 * Ends a run of which nothing is heard, its process being frozen or on a host that is gone: watches it for the lease time
 * (15 s), after telling `onWait`. A run that gave a sign of life lately is left alone at once.
 * @returns the run as it was ended.
 */
export async function reapSilent(
  { registry, clock }: AppServices,
  run: FlowRunRow,
  places: FlowPlaces,
  onWait: (message: string) => void,
): Promise<FlowRunRow | undefined> {
  const options = { clock, findFlow: (row: FlowRunRow) => flowOfRun(row, places) };
  if (run.owner === null || !looksSilent(run, options)) return undefined;
  const { pid, host } = run.owner;
  onWait(`Nothing was heard of ${run.name} (process ${pid} on ${host}) for a while. Watching it for 15 s …`);
  return reapWhenSilent(registry.db, run.id, options);
}

function runtimeOf(services: AppServices, audience: RunAudience): FlowRuntime<AppServices> {
  const { registry, storage, secrets, clock, random, codeVersion } = services;
  return { registry, storage, secrets, clock, random, codeVersion, services, ...audience };
}
