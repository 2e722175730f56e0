import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { UpOptions } from '../scheduler/run-scheduler-here.ts';
import { withServices } from '../with-services.ts';

/** `scheduler`: makes runs when their time has come. */
export function declareScheduler(program: Command, context: CommandContext): void {
  const scheduler = program.command('scheduler').description('make the runs of deployments when they are due');
  scheduler
    .command('start')
    .description('look every second what is due, until told to stop; several at once do no harm')
    .action(async (_options: unknown, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { runSchedulerHere } = await import('../scheduler/run-scheduler-here.ts');
        await runSchedulerHere(services, output, context);
      });
    });
}

/** `up`: all that one machine needs. */
export function declareUp(program: Command, context: CommandContext): void {
  program
    .command('up')
    .description('run a scheduler and a worker in one process: all that one machine needs')
    .option('--pool <name>', 'the pool of the worker', 'default')
    .option('--limit <n>', 'runs at once', '1')
    .option('--grace <duration>', 'how long a run may go on when it is told to stop', '30s')
    .option('--install-systemd', 'print a systemd unit that runs it, and how to install that')
    .addHelpText('after', EXAMPLES)
    .action(async (options: UpOptions, command: Command) => {
      if (options.installSystemd === true) {
        const { printSystemdUnit } = await import('../scheduler/systemd-unit.ts');
        printSystemdUnit(options, command, context);
        return;
      }
      await withServices(context, command, 'write', async (services, output) => {
        const { runUp } = await import('../scheduler/run-scheduler-here.ts');
        await runUp(services, options, output, context);
      });
    });
}

const EXAMPLES = `
Examples:
  $ mlflow-ts deploy --all && mlflow-ts up --pool local_pool
  $ mlflow-ts up --install-systemd > ~/.config/systemd/user/mlflow-ts.service`;
