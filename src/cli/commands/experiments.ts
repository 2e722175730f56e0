import type { Command } from 'commander';
import { collect } from '../collect-option.ts';
import type { CommandContext } from '../command-context.ts';
import type { ShowOptions } from '../experiments/show.ts';
import { withServices } from '../with-services.ts';

type SearchOptions = {
  readonly filter?: string;
  readonly orderBy?: readonly string[];
  readonly limit: string;
  readonly offset: string;
};

/** `experiments`: training runs, by what they were made for. */
export function declareExperiments(program: Command, context: CommandContext): void {
  const experiments = program
    .command('experiments')
    .alias('experiment')
    .description('list, show, search and compare experiments and their training runs')
    .addHelpText('after', EXAMPLES);
  experiments
    .command('ls')
    .description('list experiments, newest first')
    .action(async (_options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printExperiments } = await import('../experiments/show-experiments.ts');
        await printExperiments(services, output);
      });
    });
  declareShow(experiments, context);
  declareSearch(experiments, context);
  experiments
    .command('compare <runs...>')
    .description('compare training runs: parameters, metrics, tags, data, code; only what differs')
    .option('--all', 'also what is the same')
    .action(async (wanted: readonly string[], options: { readonly all?: boolean }, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printComparison } = await import('../experiments/compare-training-runs.ts');
        await printComparison(services, wanted, { all: options.all === true }, output);
      });
    });
}

function declareShow(experiments: Command, context: CommandContext): void {
  experiments
    .command('show <experiment-or-run>')
    .description(
      'show an experiment: its studies and training runs; or a training run: params, metrics, tags, artifacts',
    )
    .option('--limit <n>', 'at most so many training runs of an experiment', '100')
    .option('--plot', 'draw the curves of a training run: loss and accuracy')
    .option('--metric <name>', 'draw this metric instead; repeat it for more', collect)
    .option('--report <file>', "write the training run's report, one HTML file")
    .action(async (wanted: string, options: ShowOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printShown } = await import('../experiments/show.ts');
        await printShown(services, wanted, options, output);
      });
    });
}

function declareSearch(experiments: Command, context: CommandContext): void {
  experiments
    .command('search [experiments...]')
    .description('find training runs, in all experiments or in those named')
    .option(
      '--filter <expression>',
      'clauses joined by AND, e.g. "metrics.accuracy > 0.9 AND params.engine = \'onnx\'"',
    )
    .option('--order-by <key>', 'e.g. "metrics.accuracy DESC"; repeat it for a second key', collect)
    .option('--limit <n>', 'at most so many', '50')
    .option('--offset <n>', 'leave out so many at the beginning', '0')
    .addHelpText('after', GRAMMAR)
    .action(async (experimentNames: readonly string[], options: SearchOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printFound } = await import('../experiments/search-training-runs.ts');
        await printFound(services, experimentNames, options, output);
      });
    });
}

const EXAMPLES = `
A training run is named by its id, the beginning or the end of its id, or its name.

Examples:
  $ mlflow-ts experiments search --filter "metrics.validationAccuracy > 0.9" --order-by "metrics.validationAccuracy DESC"
  $ mlflow-ts experiments show 3f9a1c2e --plot --metric learningRate
  $ mlflow-ts experiments show 3f9a1c2e --report report.html
  $ mlflow-ts experiments compare 3f9a1c2e 77b0c1d4`;

const GRAMMAR = `
The filter is MLflow's: metrics.KEY, params.KEY, tags.KEY, dataset.name|digest|context, or an attribute (run_id, run_name,
status, start_time, end_time in milliseconds UTC). Numbers: = != > >= < <=. Texts, in quotes: = != LIKE ILIKE, with % and _;
attributes also IN and NOT IN ('a', 'b'), params and tags also IS NULL and IS NOT NULL. A key with other characters than
letters, digits, _ . - / stands in backticks. A metric is its value at its last step.`;
