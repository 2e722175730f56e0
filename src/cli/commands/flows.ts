import type { Command } from 'commander';
import type { FlowCatalogue } from '../../app/flow-catalogue.ts';
import type { ParameterDescription } from '../../app/parameter-types.ts';
import type { CommandContext } from '../command-context.ts';
import { outputOf } from '../with-services.ts';
import type { Output } from '../output.ts';

/** `flows ls` and `flows show`: what can be run, and with which parameters. */
export function declareFlows(program: Command, context: CommandContext): void {
  const flows = program.command('flows').alias('flow').description('list flows and their parameters');
  flows
    .command('ls')
    .description('list the flows that can be run')
    .action(async (_options: unknown, command: Command) => {
      const { listProjectFlows } = await import('../../app/flow-files/project-flows.ts');
      const { flowPlaces } = await import('../flow-places.ts');
      await listFlows(await listProjectFlows(await flowPlaces(context, command)), await outputOf(context, command));
    });
  flows
    .command('show <flow>')
    .description('show a flow (its name, or FILE.ts:NAME): its parameters with type, default and meaning')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { findFlow } = await import('../../app/flow-files/project-flows.ts');
      const { flowPlaces } = await import('../flow-places.ts');
      const found = await findFlow(name, await flowPlaces(context, command));
      await showFlow(found.name, name, found.catalogue, await outputOf(context, command));
    });
}

async function listFlows(catalogue: FlowCatalogue, output: Output): Promise<void> {
  const rows = Object.entries(catalogue).map(([name, { description, entrypoint = null }]) => ({
    name,
    description,
    entrypoint,
  }));
  if (output.json) {
    output.printJson(rows);
    return;
  }
  const { tableText } = await import('../table.ts');
  output.print(
    tableText(rows, [
      { heading: 'flow', cell: ({ name }) => output.paint.bold(name) },
      { heading: 'what it does', cell: ({ description }) => description },
    ]),
  );
  output.remark(output.paintRemark.dim('\nParameters: mlflow-ts flows show FLOW · run it: mlflow-ts run FLOW'));
}

async function showFlow(name: string, given: string, catalogue: FlowCatalogue, output: Output): Promise<void> {
  const { flowEntry } = await import('../../app/flow-catalogue.ts');
  const { describeParameters, parametersJsonSchema } = await import('../../app/parameter-types.ts');
  const entry = flowEntry(catalogue, name);
  const flow = await entry.load();
  const description = (entry.entrypoint === undefined ? undefined : flow.description) ?? entry.description;
  const parameters = describeParameters(flow.parameters);
  if (output.json) {
    const schema = parametersJsonSchema(flow.parameters);
    output.printJson({ name, description, entrypoint: entry.entrypoint ?? null, parameters, schema });
    return;
  }
  const { tableText } = await import('../table.ts');
  output.print(`${output.paint.bold(name)}${description === '' ? '' : `: ${description}`}\n`);
  output.print(
    tableText(parameters, [
      { heading: 'parameter', cell: ({ name }) => output.paint.bold(name) },
      { heading: 'type', cell: ({ type }) => type },
      { heading: 'default', cell: defaultText },
      { heading: 'meaning', cell: ({ description }) => description ?? '' },
    ]),
  );
  output.remark(
    output.paintRemark.dim(
      `\nRun it: mlflow-ts run ${given}${parameters.length === 0 ? '' : ` -p ${parameters[0]!.name}=…`}`,
    ),
  );
}

function defaultText(parameter: ParameterDescription): string {
  if (parameter.default !== undefined) return JSON.stringify(parameter.default);
  return parameter.required ? 'required' : '–';
}
