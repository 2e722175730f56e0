import { removeDeployment, setPaused } from '../../app/deployments/deployments.ts';
import type { AppServices } from '../../app/services.ts';
import { findDeployment } from '../../registry/deployments.ts';
import type { CommandContext } from '../command-context.ts';
import { isSure } from '../is-sure.ts';
import type { Output } from '../output.ts';

/** `deployments pause` and `deployments resume` */
export async function pauseDeployments(
  services: AppServices,
  name: string,
  paused: boolean,
  output: Output,
): Promise<void> {
  const { id } = await setPaused(services, name, paused);
  if (output.json) output.printJson({ id, name, paused });
  else output.print(paused ? `Paused ${name}. Go on with: mlflow-ts deployments resume ${name}` : `${name} goes on.`);
}

/** `deployments delete` */
export async function deleteDeployments(
  services: AppServices,
  name: string,
  { yes = false }: { readonly yes?: boolean },
  output: Output,
  context: CommandContext,
): Promise<void> {
  await findDeployment(services.registry.db, name);
  if (!yes && !(await isSure(`Delete deployment ${name}?`, context))) {
    output.remark('Nothing was deleted.');
    return;
  }
  const { id } = await removeDeployment(services, name);
  if (output.json) output.printJson({ id, name, deleted: true });
  else output.print(`Deleted ${name}. Its runs stay: mlflow-ts runs ls`);
}
