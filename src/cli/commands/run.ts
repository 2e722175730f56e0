import type { Command } from 'commander';
import { collect } from '../collect-option.ts';
import type { CommandContext } from '../command-context.ts';
import { withServices } from '../with-services.ts';

type RunOptions = {
  readonly param?: readonly string[];
  readonly config?: readonly string[];
  readonly params?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly cache: boolean;
  readonly explainCache?: boolean;
  readonly pool?: string;
  readonly priority?: string;
  readonly crashRetries?: string;
} & Readonly<Partial<Record<keyof typeof SHORT_FOR, string | boolean>>>;

/** Options that are short for a parameter of the flow. */
const SHORT_FOR = {
  workers: '--workers',
  engine: '--engine',
  failOnFailedTrials: '--fail-on-failed-trials',
  requireFresh: '--require-fresh',
} as const;

/** `run`: executes a flow in this process. */
export function declareRun(program: Command, context: CommandContext): void {
  program
    .command('run <flow>')
    .description('run a flow now and watch it: a built-in one, or your own by FILE.ts:NAME')
    .optionsGroup('Parameters:')
    .option('-p, --param <key=value>', 'set one parameter, nested ones dotted (a.b=1); repeat it', collect)
    .option('-c, --config <file>', 'YAML with a section per flow; repeat it, later files win', collect)
    .option('--params <file.json>', 'set parameters from a JSON object')
    .option('--workers <n>', 'trials that run at once (-p workers=n)')
    .option('--engine <name>', 'training engine: auto, onnx, cpu or tensorflow (-p engine=name)')
    .option('--fail-on-failed-trials', 'fail when a trial failed (-p failOnFailedTrials=true)')
    .option('--require-fresh', 'fail when the source cannot be reached (-p requireFresh=true)')
    .optionsGroup('This run:')
    .option('--name <name>', 'name of the flow run')
    .option('--tag <tag>', 'tag of the flow run; repeat it', collect)
    .option('--no-cache', 'execute tasks whose results are cached, and cache the new ones')
    .option('--explain-cache', 'log what each cache key is made of, and why it was a hit or a miss')
    .option('--durable', 'sync every commit to the disk: survives a power cut, is slower')
    .optionsGroup('Not here but by a worker:')
    .option('--pool <name>', 'queue the run in this pool; a worker of it executes it (mlflow-ts worker start)')
    .option('--priority <n>', 'with --pool: 1 goes first (default: 100)')
    .option('--crash-retries <n>', 'with --pool: attempts that are made when its process crashes (default: 0)')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: RunOptions, command: Command) => {
      await run(name, options, command, context);
    });
}

const EXAMPLES = `
Parameters: command line over --params file over environment (MLFLOW_TS_SEED, MLFLOW_TS_PARAM_HPO__SEED) over -c file over
default. \`mlflow-ts flows show FLOW\` lists them, \`mlflow-ts config show FLOW --sources\` tells where each comes from.

Examples:
  $ mlflow-ts run pipeline
  $ mlflow-ts run ./flows/census.ts:census -p folder=photos
  $ mlflow-ts run ./flows/sync.ts:sync -p 'token=\${env:HUB_TOKEN}'    (a secret: its value is never recorded)
  $ mlflow-ts run pipeline -c configs/mnist.yaml -p source=idx:data/mnist --json
  $ mlflow-ts run pipeline --pool local_pool --priority 10        (queued: a worker of the pool executes it)
  $ mlflow-ts run hpo -p trials=12 -p 'space.learningRate.choice=[0.001, 0.01]' --workers 4

Exit codes: 0 completed, cached or skipped · 1 failed or timed out · 2 wrong usage or parameters · 3 crashed ·
4 the environment (registry, disk) · 130 Ctrl-C · 143 SIGTERM`;

async function run(given: string, options: RunOptions, command: Command, context: CommandContext): Promise<void> {
  // What the run needs is loaded while its flow is. That one of it cannot be loaded is told where it is used.
  const engine = Promise.all([import('../../app/run-flow.ts'), import('../execute-run.ts')]);
  engine.catch(() => undefined);
  const { findFlow } = await import('../../app/flow-files/project-flows.ts');
  const { flowEntry } = await import('../../app/flow-catalogue.ts');
  const { flowPlaces } = await import('../flow-places.ts');
  const { loadParameters } = await import('../../app/parameters.ts');
  const { name, catalogue } = await findFlow(given, await flowPlaces(context, command));
  const { given: parameters } = await loadParameters(name, catalogue, {
    cwd: context.cwd,
    env: context.env,
    secrets: await context.loadSecrets(),
    configFiles: options.config ?? [],
    paramsFile: options.params,
    parameterTexts: options.param ?? [],
    options: shortOptions(options),
  });
  const entry = flowEntry(catalogue, name);
  const { entrypoint } = entry;
  const flow = await entry.load();
  if ((options.pool ?? options.priority ?? options.crashRetries) !== undefined) {
    const { queueRunFromHere } = await import('../runs/queue-run.ts');
    const request = { ...options, tags: options.tag ?? [], runName: options.name, entrypoint };
    await withServices(context, command, 'write', (services, output) =>
      queueRunFromHere(services, flow, parameters, request, output),
    );
    return;
  }
  await withServices(context, command, 'reap and write', async (services, output) => {
    const [{ runFlowNow }, { executeRun }] = await engine;
    const request = {
      tags: options.tag ?? [],
      noCache: !options.cache,
      explainCache: options.explainCache === true,
      ...(options.name === undefined ? {} : { runName: options.name }),
      ...(entrypoint === undefined ? {} : { entrypoint }),
    };
    await executeRun({ ...context, catalogue }, services, output, (audience) =>
      runFlowNow(services, flow, parameters, request, audience),
    );
  });
}

function shortOptions(options: RunOptions): Record<string, { flag: string; value: string | boolean }> {
  const given = Object.entries(SHORT_FOR).flatMap(([key, flag]) => {
    const value = options[key as keyof typeof SHORT_FOR];
    return value === undefined ? [] : [[key, { flag, value }] as const];
  });
  return Object.fromEntries(given);
}
