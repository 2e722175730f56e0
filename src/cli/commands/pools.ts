import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { withServices } from '../with-services.ts';

/** `pool`: queues of runs that workers take from. */
export function declarePools(program: Command, context: CommandContext): void {
  const pools = program
    .command('pool')
    .alias('pools')
    .alias('work-pool')
    .description('make, list, pause, resume and delete work pools')
    .addHelpText('after', EXAMPLES);
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

const EXAMPLES = `
Runs that name no pool go to "default", which is always there.

Examples:
  $ mlflow-ts pool create local_pool --concurrency 2
  $ mlflow-ts run pipeline --pool local_pool         queue a run
  $ mlflow-ts worker start --pool local_pool         execute what is queued
  $ mlflow-ts pool pause local_pool`;
