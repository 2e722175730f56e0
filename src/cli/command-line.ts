import { Command, CommanderError, Option } from 'commander';
import type { CommandContext, CommandEnding } from './command-context.ts';
import { declareCompletion } from './commands/completion.ts';
import { declareConfig } from './commands/config.ts';
import { declareData } from './commands/data.ts';
import { declareDeploy, declareDeployments, declareSchedules } from './commands/deployments.ts';
import { declareDoctor } from './commands/doctor.ts';
import { declareExperiments } from './commands/experiments.ts';
import { declareFlows } from './commands/flows.ts';
import { declareInit } from './commands/init.ts';
import { declareModels } from './commands/models.ts';
import { declarePredict } from './commands/predict.ts';
import { declareRegistry } from './commands/registry.ts';
import { declareRun } from './commands/run.ts';
import { declareRuns } from './commands/runs.ts';
import { declareStudies } from './commands/studies.ts';
import { declareTrials } from './commands/trials.ts';
import { declarePools, declareScheduler, declareUp, declareWorkers } from './commands/workers.ts';

/**
 * Parses the arguments (without node and script), runs the command and says how it ended; never throws. Errors are told
 * on stderr, and with `--json` also as `{ "error": … }` on stdout.
 */
export async function runCommandLine(
  args: readonly string[],
  world: Omit<CommandContext, 'end'>,
): Promise<CommandEnding> {
  let ending: CommandEnding = { kind: 'done' };
  const context: CommandContext = { ...world, end: (reached) => (ending = reached) };
  const json = args.includes('--json');
  try {
    await declareProgram(context).parseAsync(helpAsOption(args), { from: 'user' });
    return ending;
  } catch (error) {
    if (error instanceof CommanderError) return commanderEnding(error, context, json);
    const { reportError } = await import('./report-error.ts');
    reportError(error, context, { json, debug: wantsDebug(args, context) });
    return { kind: 'error', error };
  }
}

function declareProgram(context: CommandContext): Command {
  const program = new Command('mlflow-ts')
    .description('Pipelines that keep image models fresh: collect, prepare, search, register and promote.')
    .usage('<command> [options]')
    .version(context.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help for a command')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => context.stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => context.stderr.columns ?? HELP_WIDTH,
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for usage and examples.')
    .option('--home <dir>', 'state folder instead of the project’s .mlflow-ts (also MLFLOW_TS_HOME)')
    .option('--json', 'print one JSON document on stdout')
    .addOption(logLevelOption())
    .option('--no-color', 'no colours (also NO_COLOR=1)')
    .addHelpText('after', EXAMPLES);
  program.commandsGroup('Run:');
  declareRun(program, context);
  declareRuns(program, context);
  declareFlows(program, context);
  declarePredict(program, context);
  program.commandsGroup('Run by itself:');
  declareDeploy(program, context);
  declareDeployments(program, context);
  declareSchedules(program, context);
  declareScheduler(program, context);
  declareUp(program, context);
  declarePools(program, context);
  declareWorkers(program, context);
  program.commandsGroup('Look at:');
  declareData(program, context);
  declareExperiments(program, context);
  declareStudies(program, context);
  declareTrials(program, context);
  declareModels(program, context);
  program.commandsGroup('Set up:');
  declareInit(program, context);
  declareConfig(program, context);
  declareDoctor(program, context);
  declareRegistry(program, context);
  declareCompletion(program, context);
  return program;
}

/** `mlflow-ts` alone and `mlflow-ts help runs` ask for help too. */
function helpAsOption(args: readonly string[]): readonly string[] {
  if (args.length === 0) return ['--help'];
  return args[0] === 'help' ? [...args.slice(1), '--help'] : args;
}

/** Errors may come before the options were parsed, so this looks at the words themselves. */
function wantsDebug(args: readonly string[], { env }: CommandContext): boolean {
  return /--log-level[= ]debug\b/.test(args.join(' ')) || env.MLFLOW_TS_LOG_LEVEL === 'debug';
}

function logLevelOption(): Option {
  return new Option('--log-level <level>', 'least severe log line to show')
    .choices(['debug', 'info', 'warn', 'error'])
    .env('MLFLOW_TS_LOG_LEVEL');
}

function commanderEnding(error: CommanderError, { stdout }: CommandContext, json: boolean): CommandEnding {
  if (error.exitCode === 0) return { kind: 'done' };
  const message = error.message.replace(/^error: /, '');
  if (json) stdout.write(`${JSON.stringify({ error: { name: 'UsageError', code: 'USAGE', message } }, null, 2)}\n`);
  return { kind: 'usage' };
}

const HELP_WIDTH = 100;

const EXAMPLES = `
Examples:
  $ mlflow-ts run pipeline                       collect, prepare, search, train and promote, on the embedded sample
  $ mlflow-ts run pipeline -c configs/mnist.yaml -p source=idx:data/mnist
  $ mlflow-ts runs ls                            what has run, and how it ended
  $ mlflow-ts predict hand.jpg                   ask the champion
  $ mlflow-ts doctor                             when something does not work`;
