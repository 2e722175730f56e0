import { deploy } from '../../app/deployments/deploy.ts';
import type { DeploymentChange } from '../../app/deployments/plan-deployments.ts';
import type { FlowPlaces } from '../../app/flow-files/project-flows.ts';
import type { AppServices } from '../../app/services.ts';
import { UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { countText } from '../count-text.ts';
import type { Output } from '../output.ts';

export type DeployOptions = { readonly all?: boolean; readonly prune?: boolean; readonly dryRun?: boolean };

/** `deploy` */
export async function printDeploy(
  services: AppServices,
  places: FlowPlaces,
  names: readonly string[],
  { all = false, prune = false, dryRun = false }: DeployOptions,
  output: Output,
): Promise<void> {
  if (all === names.length > 0) throw new UsageError('Name the deployments that are meant, or say --all.');
  const { file, changes } = await deploy(services, { names: all ? 'all' : names, prune, dryRun, places });
  if (output.json) {
    const told = changes.map(({ name, action, differences }) => ({ name, action, differences }));
    output.printJson({ file, applied: !dryRun, changes: told });
    return;
  }
  if (changes.length === 0) {
    output.remark(`${file} declares no deployments. Write them below "deployments:".`);
    return;
  }
  for (const change of changes) output.print(changeText(change, output));
  output.remark(endText(changes.filter(({ action }) => action !== 'keep').length, dryRun));
}

function endText(count: number, dryRun: boolean): string {
  if (count === 0) return 'Nothing changes.';
  if (dryRun) return `${countText(count, 'deployment')} would change. Nothing was changed.`;
  return 'Deployed. See when they are due: mlflow-ts schedules next';
}

const SIGNS = { create: '+', update: '~', delete: '-', keep: '=' } as const;

function changeText({ name, action, differences }: DeploymentChange, { paint }: Output): string {
  const colour = { create: paint.green, update: paint.yellow, delete: paint.red, keep: paint.dim }[action];
  const title = colour(`${SIGNS[action]} ${name}${action === 'keep' ? ' (unchanged)' : ''}`);
  const lines = differences.map(({ path, before, after }) =>
    action === 'create'
      ? `    ${path}: ${valueText(after)}`
      : `    ${path}: ${paint.red(valueText(before))} → ${paint.green(valueText(after))}`,
  );
  return [title, ...lines].join('\n');
}

function valueText(value: Json): string {
  return value === null ? '–' : JSON.stringify(value);
}
