import type { Command } from 'commander';
import { collect } from '../collect-option.ts';
import type { CommandContext } from '../command-context.ts';
import type { DeployOptions } from '../deployments/print-deploy.ts';
import { withServices } from '../with-services.ts';

/** `deploy`: what runs by itself, as `mlflow-ts.yaml` declares it. */
export function declareDeploy(program: Command, context: CommandContext): void {
  program
    .command('deploy [names...]')
    .description('make deployments what mlflow-ts.yaml declares; shows first what changes')
    .option('--all', 'all that it declares')
    .option('--prune', 'delete those of this file that it declares no more')
    .option('--dry-run', 'only show what would change')
    .addHelpText('after', DEPLOY_EXAMPLES)
    .action(async (names: readonly string[], options: DeployOptions, command: Command) => {
      await withServices(context, command, options.dryRun === true ? 'read' : 'write', async (services, output) => {
        const { printDeploy } = await import('../deployments/print-deploy.ts');
        const { flowPlacesIn } = await import('../flow-places.ts');
        await printDeploy(services, flowPlacesIn(context, services.project), names, options, output);
      });
    });
}

const DEPLOY_EXAMPLES = `
Everything is checked before anything changes: schedules, pools, and parameters against the schema of the flow.

Examples:
  $ mlflow-ts deploy --all --dry-run
  $ mlflow-ts deploy signs-nightly
  $ mlflow-ts deploy --all --prune`;

/** `deployments`: what was deployed. */
export function declareDeployments(program: Command, context: CommandContext): void {
  const deployments = program
    .command('deployments')
    .alias('deployment')
    .description('list, show, pause, resume and delete deployments');
  deployments
    .command('ls')
    .description('list deployments and when they are due')
    .action(async (_options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printDeployments } = await import('../deployments/show-deployments.ts');
        await printDeployments(services, output);
      });
    });
  deployments
    .command('show <name>')
    .description('show a deployment: flow, parameters, schedules, policies')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printDeployment } = await import('../deployments/show-deployments.ts');
        await printDeployment(services, name, output);
      });
    });
  declareRun(deployments, context);
  declareChanges(deployments, context);
}

type RunOptions = {
  readonly param?: readonly string[];
  readonly at?: string;
  readonly in?: string;
  readonly watch?: boolean;
};

function declareRun(deployments: Command, context: CommandContext): void {
  deployments
    .command('run <name>')
    .description('queue a run of a deployment now, or for later')
    .option('-p, --param <key=value>', 'set one parameter over the deployment’s; repeat it', collect)
    .option('--at <time>', 'not before, ISO 8601')
    .option('--in <duration>', 'not before so long: 30m, 2h')
    .option('--watch', 'follow it until it has ended')
    .action(async (name: string, options: RunOptions, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { queueDeployment } = await import('../deployments/queue-deployment.ts');
        const { flowPlacesIn } = await import('../flow-places.ts');
        await queueDeployment(
          services,
          name,
          { ...options, places: flowPlacesIn(context, services.project) },
          output,
          context,
        );
      });
    });
}

function declareChanges(deployments: Command, context: CommandContext): void {
  deployments
    .command('pause <name>')
    .description('make no more runs by schedules')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { pauseDeployments } = await import('../deployments/change-deployments.ts');
        await pauseDeployments(services, name, true, output);
      });
    });
  deployments
    .command('resume <name>')
    .description('go on; what was due meanwhile is not made up for')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { pauseDeployments } = await import('../deployments/change-deployments.ts');
        await pauseDeployments(services, name, false, output);
      });
    });
  deployments
    .command('delete <name>')
    .description('delete a deployment with its schedules; its runs stay')
    .option('-y, --yes', 'do not ask')
    .action(async (name: string, options: { readonly yes?: boolean }, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { deleteDeployments } = await import('../deployments/change-deployments.ts');
        await deleteDeployments(services, name, options, output, context);
      });
    });
}
