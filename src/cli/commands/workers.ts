import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { UpOptions } from '../scheduler/run-scheduler-here.ts';
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
    .addHelpText('after', UP_EXAMPLES)
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

const UP_EXAMPLES = `
Examples:
  $ mlflow-ts deploy --all && mlflow-ts up --pool local_pool
  $ mlflow-ts up --install-systemd > ~/.config/systemd/user/mlflow-ts.service`;

/** `pool`: queues of runs that workers take from. */
export function declarePools(program: Command, context: CommandContext): void {
  const pools = program
    .command('pool')
    .alias('pools')
    .alias('work-pool')
    .description('make, list, pause, resume and delete work pools')
    .addHelpText('after', POOL_EXAMPLES);
  pools
    .command('create <name>')
    .description('make a pool')
    .option('--concurrency <n>', 'at most so many of its runs at once, over all workers (default: no limit)')
    .action(async (name: string, options: { readonly concurrency?: string }, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { makePool } = await import('../pools/change-pools.ts');
        await makePool(services, name, options, output);
      });
    });
  pools
    .command('update <pool>')
    .description('change how many of its runs go on at once; those that run already go on')
    .requiredOption('--concurrency <n|none>', 'at most so many, over all workers; none: no limit')
    .action(async (name: string, options: { readonly concurrency: string }, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { updatePool } = await import('../pools/change-pools.ts');
        await updatePool(services, name, options, output);
      });
    });
  pools
    .command('ls')
    .description('list the pools with what waits and runs in them')
    .action(async (_options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printPools } = await import('../pools/list-pools.ts');
        await printPools(services, output);
      });
    });
  declareStopping(pools, context);
}

function declareStopping(pools: Command, context: CommandContext): void {
  const pause = async (name: string, paused: boolean, command: Command): Promise<void> => {
    await withServices(context, command, 'write', async (services, output) => {
      const { pausePool } = await import('../pools/change-pools.ts');
      await pausePool(services, name, paused, output);
    });
  };
  pools
    .command('pause <pool>')
    .description('let no worker take its runs; what runs goes on, what comes waits')
    .action((name: string, _options: unknown, command: Command) => pause(name, true, command));
  pools
    .command('resume <pool>')
    .description('let workers take its runs again')
    .action((name: string, _options: unknown, command: Command) => pause(name, false, command));
  pools
    .command('delete <pool>')
    .description('delete a pool in which nothing waits or runs and that nothing uses')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { removePool } = await import('../pools/change-pools.ts');
        await removePool(services, name, output);
      });
    });
}

const POOL_EXAMPLES = `
Runs that name no pool go to "default", which is always there.

Examples:
  $ mlflow-ts pool create local_pool --concurrency 2
  $ mlflow-ts run pipeline --pool local_pool         queue a run
  $ mlflow-ts worker start --pool local_pool         execute what is queued
  $ mlflow-ts pool pause local_pool`;
