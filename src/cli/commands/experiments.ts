import type { Command } from 'commander';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import type { Output } from '../output.ts';
import { withServices } from '../with-services.ts';

/** `experiments`: training runs, by what they were made for. */
export function declareExperiments(program: Command, context: CommandContext): void {
  const experiments = program.command('experiments').alias('experiment').description('list and show experiments');
  experiments
    .command('ls')
    .description('list experiments, newest first')
    .action(async (_options: unknown, command: Command) => {
      await withServices(context, command, 'read', printExperiments);
    });
  experiments
    .command('show <experiment>')
    .description('show the studies and training runs of an experiment, with their last metrics')
    .option('--limit <n>', 'at most so many training runs', '100')
    .action(async (experiment: string, options: { readonly limit: string }, command: Command) => {
      await withServices(context, command, 'read', (services, output) =>
        printExperiment(services, experiment, options, output),
      );
    });
}

async function printExperiments(services: AppServices, output: Output): Promise<void> {
  const { listExperiments } = await import('../../app/experiments.ts');
  const rows = await listExperiments(services);
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark('Nothing was trained yet. Start with: mlflow-ts run pipeline');
    return;
  }
  const { tableText } = await import('../table.ts');
  const { agoText } = await import('../time-text.ts');
  const now = services.clock.now();
  output.print(
    tableText(rows, [
      { heading: 'experiment', cell: ({ name }) => output.paint.bold(name) },
      { heading: 'studies', align: 'right', cell: ({ studies }) => String(studies) },
      { heading: 'training runs', align: 'right', cell: ({ trainingRuns }) => String(trainingRuns) },
      { heading: 'created', cell: ({ createdAt }) => agoText(Date.parse(createdAt), now) },
    ]),
  );
}

async function printExperiment(
  services: AppServices,
  wanted: string,
  options: { readonly limit: string },
  output: Output,
): Promise<void> {
  const { wholeNumber } = await import('../whole-number.ts');
  const { showExperiment } = await import('../../app/experiments.ts');
  const found = await showExperiment(services, wanted, { limit: wholeNumber('--limit', options.limit) });
  if (output.json) {
    output.printJson(found);
    return;
  }
  const { tableText } = await import('../table.ts');
  const { shortId } = await import('../../core/ids.ts');
  const { metricCell, pairsText } = await import('../cell-text.ts');
  output.print(`${output.paint.bold(found.name)}, created ${found.createdAt}`);
  if (found.studies.length > 0) {
    output.print(
      `\n${tableText(found.studies, [
        { heading: 'study', cell: ({ id }) => shortId(id) },
        { heading: 'name', cell: ({ name }) => name },
        { heading: 'state', cell: ({ state }) => state },
        { heading: 'trials', align: 'right', cell: ({ trials, complete }) => `${complete}/${trials}` },
        { heading: 'best', align: 'right', cell: ({ best }) => metricCell(best?.value ?? null) },
        { heading: 'with', cell: ({ best }) => (best === null ? '' : pairsText(best.params)) },
      ])}`,
    );
  }
  if (found.trainingRuns.length === 0) {
    output.remark('\nNo training runs yet.');
    return;
  }
  output.print(
    `\n${tableText(found.trainingRuns, [
      { heading: 'training run', cell: ({ id }) => shortId(id) },
      { heading: 'name', cell: ({ name }) => name },
      { heading: 'status', cell: ({ status }) => status },
      { heading: 'metrics', cell: ({ metrics, error }) => error ?? pairsText(metrics) },
    ])}`,
  );
}
