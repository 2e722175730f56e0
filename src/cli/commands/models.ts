import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { withServices } from '../with-services.ts';

type AliasOptions = { readonly alias?: string; readonly reason?: string };

/** `models`: registered models, their versions and who is champion. */
export function declareModels(program: Command, context: CommandContext): void {
  const models = program
    .command('models')
    .alias('model')
    .description('list, show, promote, roll back, export and delete models')
    .addHelpText('after', EXAMPLES);
  declareReading(models, context);
  declareAliases(models, context);
  models
    .command('delete <model>')
    .description('delete the files of a version; its number is not given again')
    .option('-y, --yes', 'do not ask')
    .action(async (model: string, options: { readonly yes?: boolean }, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { deleteOneModel } = await import('../models/change-models.ts');
        await deleteOneModel(services, model, options, output, context);
      });
    });
}

const EXAMPLES = `
A version is named name/3, name@champion or, where it is only read, by the model's name alone: then its champion is meant.

Examples:
  $ mlflow-ts models show signs
  $ mlflow-ts models promote signs/3 --reason "better on the new camera"
  $ mlflow-ts models rollback signs
  $ mlflow-ts models export signs@champion signs.zip`;

function declareReading(models: Command, context: CommandContext): void {
  models
    .command('ls')
    .description('list registered models')
    .action(async (_options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printModels } = await import('../models/show-models.ts');
        await printModels(services, output);
      });
    });
  models
    .command('show <model>')
    .description('show a model: versions, metrics, what was promoted and why')
    .action(async (model: string, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printModel } = await import('../models/show-models.ts');
        await printModel(services, model, output);
      });
    });
  models
    .command('export <model> <target>')
    .description('copy a version to a folder, or to a .zip file')
    .option('-f, --force', 'replace an earlier export')
    .action(async (model: string, target: string, options: { readonly force?: boolean }, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { exportOneModel } = await import('../models/change-models.ts');
        await exportOneModel(services, model, target, options, output, context);
      });
    });
}

function declareAliases(models: Command, context: CommandContext): void {
  models
    .command('promote <model>')
    .description('give a version an alias, by default champion')
    .option('--alias <alias>', 'the alias', 'champion')
    .option('--reason <text>', 'why, for the record')
    .action(async (model: string, options: AliasOptions, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { promoteOneModel } = await import('../models/change-models.ts');
        await promoteOneModel(services, model, options, output);
      });
    });
  models
    .command('rollback <name>')
    .description('move an alias, by default champion, back to the version that had it before')
    .option('--alias <alias>', 'the alias', 'champion')
    .option('--reason <text>', 'why, for the record')
    .action(async (name: string, options: AliasOptions, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { rollBackModel } = await import('../models/change-models.ts');
        await rollBackModel(services, name, options, output);
      });
    });
}
