import type { JsonObject } from '../../core/json.ts';
import { newFlowRunId, shortId } from '../../core/ids.ts';
import { findDeployment } from '../../registry/deployments.ts';
import { insertQueuedRun } from '../../registry/queued-runs.ts';
import { flowOfRun, type FlowPlaces } from '../flow-files/project-flows.ts';
import { assignmentsFromArguments } from '../parameter-sources.ts';
import type { QueuedFlowRun } from '../queued-run.ts';
import { resolveParameters } from '../resolve-parameters.ts';
import type { AppServices } from '../services.ts';

export type RunDeploymentRequest = {
  readonly places: FlowPlaces;
  /** `key=value` each, over the deployment's own. */
  readonly parameterTexts: readonly string[];
  /** Milliseconds UTC; absent: now. */
  readonly at?: number | undefined;
};

/**
 * Queues a run of a deployment, also of a paused one.
 * @throws NotFoundError; ParameterError when the parameters do not fit its flow.
 */
export async function runDeployment(
  services: AppServices,
  name: string,
  { places, parameterTexts, at }: RunDeploymentRequest,
): Promise<QueuedFlowRun & { readonly pool: string }> {
  const { registry, clock, secrets, codeVersion } = services;
  const deployment = await findDeployment(registry.db, name);
  const { spec, flowName, entrypoint, pool } = deployment;
  const flow = await flowOfRun(deployment, places);
  const declared = Object.entries(spec.parameters).map(([key, value]) => ({ path: [key], value, source: name }));
  const { given } = resolveParameters(flow, [...declared, ...assignmentsFromArguments(parameterTexts)], secrets);
  const id = newFlowRunId();
  const now = clock.now();
  const runName = `${name}-${shortId(id)}`;
  await insertQueuedRun(registry.db, {
    ...{ id, name: runName, flowName, pool, scheduledFor: at ?? now, codeVersion, createdAt: now },
    ...(entrypoint === null ? {} : { entrypoint }),
    parameters: given satisfies JsonObject,
    ...{ tags: spec.tags, priority: spec.priority, limits: spec.limits, crashRetries: spec.crashRetries },
    deploymentId: deployment.id,
  });
  return { id, name: runName, pool };
}
