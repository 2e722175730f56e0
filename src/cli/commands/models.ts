import { Option, type Command } from 'commander';
import { collect } from '../collect-option.ts';
import type { CommandContext } from '../command-context.ts';
import type { ExportCommand } from '../models/change-models.ts';
import { withServices } from '../with-services.ts';
import { declareModelAliases } from './model-aliases.ts';

type ExportOptions = Omit<ExportCommand, 'target'> & { readonly output?: string };
type DeleteOptions = { readonly all?: boolean; readonly force?: boolean; readonly yes?: boolean };

/** `models`: registered models, their versions and who is champion. */
export function declareModels(program: Command, context: CommandContext): void {
  const models = program
    .command('models')
    .alias('model')
    .description('list, show, promote, roll back, tag, export and delete models')
    .addHelpText('after', EXAMPLES);
  declareReading(models, context);
  declareModelAliases(models, context);
  declareTags(models, context);
  models
    .command('delete <models...>')
    .description('delete the files of versions; their numbers are not given again')
    .option('--all', 'a name alone means every version of the model')
    .option('--force', 'also versions that have an alias, the champion too')
    .option('-y, --yes', 'do not ask')
    .action(async (names: readonly string[], options: DeleteOptions, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { deleteModelVersions } = await import('../models/change-models.ts');
        await deleteModelVersions(services, names, options, output, context);
      });
    });
}

const EXAMPLES = `
A version is named name/3, name@champion or, where it is only read, by the model's name alone: then its champion is meant.

Examples:
  $ mlflow-ts models show signs
  $ mlflow-ts models promote signs/3 --reason "better on the new camera"
  $ mlflow-ts models rollback signs
  $ mlflow-ts models alias set signs/4 challenger
  $ mlflow-ts models tag signs/4 camera=new reviewed=yes
  $ mlflow-ts models export signs@champion signs.zip
  $ mlflow-ts models export signs/4 --format onnx --opset 17 -o signs.onnx`;

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
    .command('export <model> [target]')
    .description('copy a version to a folder or a .zip file, or as one ONNX file, or for TensorFlow.js')
    .addOption(new Option('--format <format>', 'only this form of it').choices(['onnx', 'tfjs']))
    .option('--opset <version>', 'operator set of the ONNX file: 17 or 18')
    .option('-o, --output <path>', 'the target')
    .option('-f, --force', 'replace an earlier export')
    .action(async (model: string, target: string | undefined, options: ExportOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { exportOneModel } = await import('../models/change-models.ts');
        await exportOneModel(services, model, { ...options, target: options.output ?? target }, output, context);
      });
    });
}

function declareTags(models: Command, context: CommandContext): void {
  models
    .command('tag <model> [tags...]')
    .description('set tags (key=value) of a model, or of a version name/3; without tags, show them')
    .option('--rm <key>', 'remove a tag; repeat it', collect)
    .action(async (model: string, set: readonly string[], options: { rm?: readonly string[] }, command: Command) => {
      const remove = options.rm ?? [];
      const access = set.length + remove.length === 0 ? 'read' : 'reap and write';
      await withServices(context, command, access, async (services, output) => {
        const { tagOneModel } = await import('../models/tag-model.ts');
        await tagOneModel(services, model, { set, remove }, output);
      });
    });
}
