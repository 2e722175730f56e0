import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { withServices } from '../with-services.ts';
import type { StartOptions } from '../workers/start-worker.ts';

/** `worker`: processes that execute queued runs. */
export function declareWorkers(program: Command, context: CommandContext): void {
  const workers = program
    .command('worker')
    .alias('workers')
    .description('start a worker, which executes queued runs; list workers')
    .addHelpText('after', EXAMPLES);
  workers
    .command('start')
    .description('take runs of a pool by priority and time, each in a process of its own, until told to stop')
    .option('--pool <name>', 'the pool', 'default')
    .option('--limit <n>', 'runs at once', '1')
    .option('--name <name>', 'what the worker is called in lists')
    .option('--once', 'execute what waits and end')
    .option('--grace <duration>', 'how long a run may go on when it, or the worker, is told to stop', '30s')
    .action(async (options: StartOptions, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { runWorkerHere } = await import('../workers/start-worker.ts');
        await runWorkerHere(services, options, output, context);
      });
    });
  workers
    .command('ls')
    .description('list the workers, whether they live, and what they execute')
    .option('--all', 'also those that ended in the last week')
    .action(async (options: { readonly all?: boolean }, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printWorkers } = await import('../workers/list-workers.ts');
        await printWorkers(services, options, output);
      });
    });
}

const EXAMPLES = `
SIGTERM or Ctrl-C: it takes nothing more, its runs have the time of --grace to end, what then still runs is killed and,
where crash retries are left, waits for a worker again. The same signal again ends it and its runs at once.

Examples:
  $ mlflow-ts worker start --pool local_pool --limit 2
  $ mlflow-ts worker start --once                execute what waits, then end: for cron and CI
  $ mlflow-ts worker ls`;
