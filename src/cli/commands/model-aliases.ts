import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { withServices } from '../with-services.ts';

type AliasOptions = { readonly alias?: string; readonly reason?: string };
type RemoveOptions = { readonly reason?: string; readonly yes?: boolean };

const REASON = ['--reason <text>', 'why, for the record'] as const;

/** `models promote`, `models rollback` and `models alias`: which version an alias means. */
export function declareModelAliases(models: Command, context: CommandContext): void {
  models
    .command('promote <model>')
    .description('give a version an alias, by default champion')
    .option('--alias <alias>', 'the alias', 'champion')
    .option(...REASON)
    .action((model: string, options: AliasOptions, command: Command) => setAlias(context, command, model, options));
  models
    .command('rollback <name>')
    .description('move an alias, by default champion, back to the version that had it before')
    .option('--alias <alias>', 'the alias', 'champion')
    .option(...REASON)
    .action(async (name: string, options: AliasOptions, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { rollBackModel } = await import('../models/model-aliases.ts');
        await rollBackModel(services, name, options, output);
      });
    });
  declareAlias(models.command('alias').description('list, set and remove aliases of a model'), context);
}

function declareAlias(alias: Command, context: CommandContext): void {
  alias
    .command('ls <name>')
    .description('list the aliases of a model')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printAliases } = await import('../models/model-aliases.ts');
        await printAliases(services, name, output);
      });
    });
  alias
    .command('set <model> <alias>')
    .description('point an alias to a version, taking it from the one that has it')
    .option(...REASON)
    .action((model: string, name: string, { reason }: { reason?: string }, command: Command) =>
      setAlias(context, command, model, { alias: name, ...(reason === undefined ? {} : { reason }) }),
    );
  alias
    .command('rm <name> <alias>')
    .description('remove an alias; the version stays')
    .option(...REASON)
    .option('-y, --yes', 'do not ask, also when it is champion')
    .action(async (name: string, aliasName: string, options: RemoveOptions, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { removeOneAlias } = await import('../models/model-aliases.ts');
        await removeOneAlias(services, { name, alias: aliasName }, options, output, context);
      });
    });
}

async function setAlias(
  context: CommandContext,
  command: Command,
  model: string,
  options: AliasOptions,
): Promise<void> {
  await withServices(context, command, 'reap and write', async (services, output) => {
    const { promoteOneModel } = await import('../models/model-aliases.ts');
    await promoteOneModel(services, model, options, output);
  });
}
