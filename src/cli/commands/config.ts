import type { Command } from 'commander';
import type { ResolvedParameters } from '../../app/resolve-parameters.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { CommandContext, GlobalOptions } from '../command-context.ts';
import { outputOf } from '../with-services.ts';
import { collect } from '../collect-option.ts';

type ConfigShowOptions = GlobalOptions & {
  readonly config?: readonly string[];
  readonly param?: readonly string[];
  readonly params?: string;
  readonly sources?: boolean;
};

/** `config show`: the parameters a run would get, as YAML that `-c` takes. */
export function declareConfig(program: Command, context: CommandContext): void {
  const config = program.command('config').description('show the parameters a run would get');
  config
    .command('show [flow]')
    .description('print the parameters of a flow, or of all flows, as YAML that -c takes')
    .option('-c, --config <file>', 'YAML with a section per flow; repeat it, later files win', collect)
    .option('-p, --param <key=value>', 'set one parameter; repeat it', collect)
    .option('--params <file.json>', 'set parameters from a JSON object')
    .option('--sources', 'tell where each value comes from')
    .addHelpText('after', EXAMPLES)
    .action(async (flow: string | undefined, _options: unknown, command: Command) => {
      await showConfig(flow, command, context);
    });
}

const EXAMPLES = `
Examples:
  $ mlflow-ts config show pipeline -c configs/mnist.yaml --sources
  $ mlflow-ts config show > my.yaml              a config file to start from`;

async function showConfig(flow: string | undefined, command: Command, context: CommandContext): Promise<void> {
  const output = await outputOf(context, command);
  const options = command.optsWithGlobals<ConfigShowOptions>();
  const { loadParameters } = await import('../../app/parameters.ts');
  const { findFlow, listProjectFlows } = await import('../../app/flow-files/project-flows.ts');
  const { flowPlaces } = await import('../flow-places.ts');
  const flows = await flowPlaces(context, command);
  const found = flow === undefined ? undefined : await findFlow(flow, flows);
  const catalogue = found?.catalogue ?? (await listProjectFlows(flows));
  const names = found === undefined ? Object.keys(catalogue) : [found.name];
  const resolved: [string, ResolvedParameters][] = [];
  for (const name of names) {
    const places = {
      cwd: context.cwd,
      env: context.env,
      secrets: await context.loadSecrets(),
      configFiles: options.config ?? [],
      paramsFile: options.params,
      parameterTexts: options.param ?? [],
    };
    resolved.push([name, await loadParameters(name, catalogue, places)]);
  }
  if (output.json) {
    output.printJson(Object.fromEntries(resolved.map(jsonOf)));
    return;
  }
  const { configYaml } = await import('../config-yaml.ts');
  output.print(configYaml(resolved, options.sources === true).trimEnd());
}

function jsonOf([name, { values, sources }]: [string, ResolvedParameters]): [string, JsonObject] {
  const bySource: Json = Object.fromEntries(sources.map(({ key, source }) => [key, source]));
  return [name, { parameters: values, sources: bySource }];
}
