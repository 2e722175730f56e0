import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { withServices } from '../with-services.ts';

/** `studies`: hyper-parameter searches. */
export function declareStudies(program: Command, context: CommandContext): void {
  const studies = program
    .command('studies')
    .alias('study')
    .description('list and show hyper-parameter searches: trials, best, what mattered')
    .addHelpText('after', EXAMPLES);
  studies
    .command('ls')
    .description('list studies, newest first')
    .action(async (_options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printStudies } = await import('../studies/show-studies.ts');
        await printStudies(services, output);
      });
    });
  studies
    .command('show [study]')
    .description('show a study: settings, search space, its trials and what they reported')
    .action(async (study: string | undefined, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printStudy } = await import('../studies/show-studies.ts');
        await printStudy(services, study, output);
      });
    });
  studies
    .command('best [study]')
    .description('show the best trial; of several metrics the Pareto list')
    .action(async (study: string | undefined, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printBest } = await import('../studies/show-best.ts');
        await printBest(services, study, output);
      });
    });
  studies
    .command('importance [study]')
    .description('show how much each parameter mattered (PED-ANOVA)')
    .option('--metric <name>', 'of a study of several metrics; default: the first')
    .action(async (study: string | undefined, options: { readonly metric?: string }, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printImportance } = await import('../studies/show-importance.ts');
        await printImportance(services, study, options, output);
      });
    });
}

const EXAMPLES = `
A study is named by its name (its newest), its id or a part of it; without one it is the latest.

Examples:
  $ mlflow-ts studies show                       the trials of the latest study
  $ mlflow-ts studies best signs-study --json`;
