import type { Command } from 'commander';
import type { CommandContext, GlobalOptions } from '../command-context.ts';
import { outputOf } from '../with-services.ts';
import type { Whereabouts } from '../registry/whereabouts.ts';

/** `registry`: the file in which everything is recorded. None of these commands needs it to be sound. */
export function declareRegistry(program: Command, context: CommandContext): void {
  const registry = program
    .command('registry')
    .description('back up, restore, check and salvage the file in which everything is recorded')
    .addHelpText('after', EXAMPLES);
  registry
    .command('backup <file>')
    .description('copy the registry into a file, as it is at this moment; flows may go on')
    .option('--force', 'replace the file when it exists')
    .action(async (file: string, options: { readonly force?: boolean }, command: Command) => {
      const { backup } = await import('../registry/backup.ts');
      await backup(await whereAbouts(context, command, file), options, context);
    });
  registry
    .command('restore <file>')
    .description('put a backup in the place of the registry; the former one is kept beside it')
    .option('-y, --yes', 'do not ask')
    .action(async (file: string, options: { readonly yes?: boolean }, command: Command) => {
      const { restore } = await import('../registry/restore.ts');
      await restore(await whereAbouts(context, command, file), options, context);
    });
  registry
    .command('check [file]')
    .description('read through the registry, or a backup of it, and say what is wrong; exits 4 when something is')
    .action(async (file: string | undefined, _options: unknown, command: Command) => {
      const { check } = await import('../registry/check.ts');
      await check(await whereAbouts(context, command, file), context);
    });
  registry
    .command('salvage <newfile>')
    .description('copy what can be read of a damaged registry into a new file')
    .option('--from <file>', 'a damaged file other than the project’s registry')
    .option('--force', 'replace the new file when it exists')
    .action(async (file: string, options: { readonly from?: string; readonly force?: boolean }, command: Command) => {
      const { salvage } = await import('../registry/salvage.ts');
      await salvage(await whereAbouts(context, command, file), options, context);
    });
}

const EXAMPLES = `
Examples:
  $ mlflow-ts registry backup ~/backups/registry.db --force
  $ mlflow-ts registry check ~/backups/registry.db
  $ mlflow-ts registry restore ~/backups/registry.db
  $ mlflow-ts registry salvage saved.db && mlflow-ts registry restore saved.db    # when it is damaged`;

async function whereAbouts(context: CommandContext, command: Command, file: string | undefined): Promise<Whereabouts> {
  const path = await import('node:path');
  const { findProject } = await import('../../app/project.ts');
  const { home } = command.optsWithGlobals<GlobalOptions>();
  const { registryPath } = findProject({ cwd: context.cwd, env: context.env, homeOption: home });
  const output = await outputOf(context, command);
  return { path: registryPath, file: file === undefined ? registryPath : path.resolve(context.cwd, file), output };
}
