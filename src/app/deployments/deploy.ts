import type { FlowPlaces } from '../flow-files/project-flows.ts';
import type { AppServices } from '../services.ts';
import { applyDeployments } from './apply-deployments.ts';
import { planDeployments, type DeploymentChange, type DeploySelection } from './plan-deployments.ts';
import { readDeployments } from './read-deployments.ts';

export type DeployRequest = DeploySelection & {
  readonly places: FlowPlaces;
  /** Only tells what would change. */
  readonly dryRun: boolean;
};

/** What deploying changed, or would change. */
export type Deployed = { readonly file: string; readonly changes: readonly DeploymentChange[] };

/**
 * Makes deployments what the project's `mlflow-ts.yaml` declares, all of them or none.
 * @throws what `readDeployments` and `planDeployments` throw.
 */
export async function deploy(services: AppServices, request: DeployRequest): Promise<Deployed> {
  const { registry, clock, secrets, env } = services;
  const wanted = await readDeployments({ places: request.places, secrets, env });
  const changes = await planDeployments(registry.db, wanted, request);
  if (!request.dryRun) await applyDeployments(registry.db, wanted, changes, clock.now());
  return { file: wanted.file, changes };
}
