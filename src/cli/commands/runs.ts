import type { Command } from 'commander';
import type { PruneOptions } from '../runs/prune-runs.ts';
import { collect } from '../collect-option.ts';
import type { CommandContext } from '../command-context.ts';
import { withServices } from '../with-services.ts';

type ListOptions = {
  readonly flow?: string;
  readonly state?: readonly string[];
  readonly since?: string;
  readonly limit?: string;
  readonly all?: boolean;
};

type LogsOptions = {
  readonly follow?: boolean;
  readonly task?: string;
  readonly level: string;
  readonly tail?: string;
};

/** `runs`: what has run, and what to do with it. */
export function declareRuns(program: Command, context: CommandContext): void {
  const runs = program
    .command('runs')
    .description('list, show, follow, cancel, retry and delete flow runs')
    .addHelpText('after', EXAMPLES);
  declareReading(runs, context);
  declareWriting(runs, context);
}

const EXAMPLES = `
A run is named by its id, the beginning or the end of its id, or its name.

Examples:
  $ mlflow-ts runs ls --state failed --since 2d
  $ mlflow-ts runs show 3f9a1c2e
  $ mlflow-ts runs logs 3f9a1c2e --follow
  $ mlflow-ts runs retry 3f9a1c2e --from train-finalist`;

function declareReading(runs: Command, context: CommandContext): void {
  runs
    .command('ls')
    .description('list flow runs, newest first')
    .option('--flow <name>', 'only runs of this flow, also as a subflow')
    .option('--state <state>', 'only runs in this state, e.g. failed; repeat it or separate by commas', collect)
    .option('--since <when>', 'only runs made since: 2h, 7d or a date')
    .option('--limit <n>', 'at most so many (default: 20; with --all no limit)')
    .option('--all', 'also the runs of subflows')
    .action(async (options: ListOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printRuns } = await import('../runs/list-runs.ts');
        await printRuns(services, options, output);
      });
    });
  runs
    .command('show <run>')
    .description('show a flow run: its task runs with durations, parameters, error, artifacts')
    .action(async (run: string, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printRun } = await import('../runs/show-run.ts');
        await printRun(services, run, output);
      });
    });
  runs
    .command('diff <first> <second>')
    .description('tell two flow runs apart: parameters, code, data, result, and how long each task took')
    .option('--all', 'also what is the same')
    .action(async (first: string, second: string, options: { readonly all?: boolean }, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printDiff } = await import('../runs/diff-runs.ts');
        await printDiff(services, { first, second }, { all: options.all === true }, output);
      });
    });
  runs
    .command('logs <run>')
    .description('print the log lines of a flow run and its subflows')
    .option('-f, --follow', 'go on until the run has ended')
    .option('--task <name>', 'only lines of this task, by its name or id')
    .option('--level <level>', 'only lines at least as severe: debug, info, warn, error', 'debug')
    .option('--tail <n>', 'only the last n lines')
    .action(async (run: string, options: LogsOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printLogs } = await import('../runs/run-logs.ts');
        await printLogs(services, run, options, output, context.stdoutClosed);
      });
    });
  runs
    .command('watch <run>')
    .description('watch a flow run of another process until it ends; exits as the run does')
    .action(async (run: string, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { watchRun } = await import('../runs/watch-run.ts');
        await watchRun(services, run, output, context);
      });
    });
}

function declareWriting(runs: Command, context: CommandContext): void {
  runs
    .command('cancel <runs...>')
    .description('ask running flow runs to stop; what does not within 30 s is ended')
    .action(async (names: readonly string[], _options: unknown, command: Command) => {
      await withServices(context, command, 'write', async (services, output) => {
        const { cancelRuns } = await import('../runs/change-runs.ts');
        await cancelRuns(services, names, output, context);
      });
    });
  runs
    .command('retry <run>')
    .description('run a flow run again as its next attempt; what is finished is kept')
    .option(
      '--from <task>',
      'execute this task (its name, or one task run: train-2, an id) and all that started after it again',
    )
    .option('--durable', 'sync every commit to the disk')
    .action(async (run: string, options: { from?: string }, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { retryRun } = await import('../runs/change-runs.ts');
        await retryRun(services, run, options, output, context);
      });
    });
  runs
    .command('prune')
    .description('delete old flow runs, with their task runs, logs and artifacts; models and training runs stay')
    .option('--older-than <when>', 'only runs that ended before: 30d, 12h or a date', '30d')
    .option('--keep <n>', 'the newest so many stay, whatever their age', '100')
    .option('--flow <name>', 'only runs of this flow; --keep counts only these')
    .option('--state <state>', 'only runs in this state, e.g. failed; repeat it or separate by commas', collect)
    .option('--dry-run', 'only say what would go')
    .option('--force', 'also runs that made a model version which is not deleted')
    .option('-y, --yes', 'do not ask')
    .action(async (options: PruneOptions, command: Command) => {
      const access = options.dryRun === true ? 'read' : 'reap and write';
      await withServices(context, command, access, async (services, output) => {
        const { pruneRuns } = await import('../runs/prune-runs.ts');
        await pruneRuns(services, options, output, context);
      });
    });
  runs
    .command('delete <runs...>')
    .description('delete flow runs that have ended, with their task runs, logs and artifacts')
    .option('-y, --yes', 'do not ask')
    .action(async (names: readonly string[], options: { yes?: boolean }, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { deleteRunsByName } = await import('../runs/change-runs.ts');
        await deleteRunsByName(services, names, options, output, context);
      });
    });
}
