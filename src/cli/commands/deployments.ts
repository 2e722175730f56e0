import type { Command } from 'commander';
import { collect } from '../collect-option.ts';
import type { CommandContext } from '../command-context.ts';
import type { DeployOptions } from '../deployments/print-deploy.ts';
import { outputOf, withServices } from '../with-services.ts';
import type { PreviewOptions } from '../schedules/preview-schedule.ts';

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

/** `schedules`: when something is due. */
export function declareSchedules(program: Command, context: CommandContext): void {
  const schedules = program
    .command('schedules')
    .alias('schedule')
    .description('tell when a schedule is due')
    .addHelpText('after', SCHEDULE_EXAMPLES);
  schedules
    .command('next')
    .description('list when the schedules of all deployments are due, in order')
    .option('-n, --count <n>', 'so many times', '10')
    .action(async (options: { readonly count: string }, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printNextTimes } = await import('../schedules/next-times.ts');
        await printNextTimes(services, options, output);
      });
    });
  schedules
    .command('preview <expression...>')
    .description('list the next times of a cron expression, an interval, a recurrence rule or a time')
    .option('--tz <zone>', 'IANA time zone of its wall clock (default: that of this machine)')
    .option('-n, --count <n>', 'so many times', '5')
    .option('--from <time>', 'times later than this, ISO 8601 (default: now)')
    .option('--anchor <time>', 'where an interval or a rule begins (default: --from)')
    .option('--day-and', 'cron: the day of the month and the day of the week must both fit')
    .action(async (words: readonly string[], options: PreviewOptions, command: Command) => {
      const { printPreview } = await import('../schedules/preview-schedule.ts');
      await printPreview(words.join(' '), options, await outputOf(context, command), context);
    });
}

const SCHEDULE_EXAMPLES = `
A schedule is a cron expression of five to seven fields (quote it: the shell reads *), @daily and the like,
"every 6h", a rule of RFC 5545, or one time.

Examples:
  $ mlflow-ts schedules preview "30 2 * * *" --tz Europe/Vienna
  $ mlflow-ts schedules preview "every 36h" --anchor 2026-01-01T06:00 -n 3
  $ mlflow-ts schedules preview "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30;BYSECOND=0" --json`;
