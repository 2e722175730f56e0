import type { Command } from 'commander';
import type { AppServices } from '../../app/services.ts';
import type { TrialListing } from '../../app/trials.ts';
import type { CommandContext } from '../command-context.ts';
import type { Output } from '../output.ts';
import { withServices } from '../with-services.ts';

/** `trials`: the points of a study. */
export function declareTrials(program: Command, context: CommandContext): void {
  const trials = program.command('trials').alias('trial').description('list the trials of a study');
  trials
    .command('ls [study]')
    .description('list the trials of a study (its name, id or latest), the best marked')
    .action(async (study: string | undefined, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', (services, output) => printTrials(services, study, output));
    });
}

async function printTrials(services: AppServices, wanted: string | undefined, output: Output): Promise<void> {
  const { listTrials } = await import('../../app/trials.ts');
  const found = wanted === undefined ? await latestOrNone(listTrials(services)) : await listTrials(services, wanted);
  if (found === undefined) {
    if (output.json) output.printJson([]);
    else output.remark('Nothing was searched yet. Start with: mlflow-ts run hpo, or mlflow-ts run pipeline');
    return;
  }
  const { study, trials } = found;
  if (output.json) {
    output.printJson(trials);
    return;
  }
  const { tableText } = await import('../table.ts');
  const { metricCell, pairsText } = await import('../cell-text.ts');
  const { paint } = output;
  output.print(
    tableText(trials, [
      { heading: 'trial', align: 'right', cell: ({ trial }) => String(trial) },
      { heading: 'state', cell: ({ state }) => state },
      {
        heading: study.metric.replaceAll(/([A-Z])/g, ' $1'),
        align: 'right',
        cell: ({ trial, value }) => (trial === study.best?.trial ? paint.green(metricCell(value)) : metricCell(value)),
      },
      { heading: 'took', align: 'right', cell: tookText },
      { heading: 'parameters', cell: ({ params }) => pairsText(params) },
      { heading: '', cell: (row) => row.error ?? (row.trial === study.best?.trial ? paint.green('best') : '') },
    ]),
  );
  const { name, state, complete, pruned, failed } = study;
  const ended = `${complete} complete${pruned > 0 ? `, ${pruned} pruned` : ''}${failed > 0 ? `, ${failed} failed` : ''}`;
  output.remark(output.paintRemark.dim(`\nStudy ${name}: ${state}, ${study.trials} trials, ${ended}.`));
}

/** That there is no study at all is no mistake when none was named. */
async function latestOrNone<Found>(listing: Promise<Found>): Promise<Found | undefined> {
  const { NotFoundError } = await import('../../core/errors.ts');
  return listing.catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  });
}

function tookText({ startedAt, endedAt }: TrialListing): string {
  if (startedAt === null || endedAt === null) return '–';
  return `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000).toFixed(1)}s`;
}
