import type { Command } from 'commander';
import type { AppServices } from '../app/services.ts';
import type { CommandContext, GlobalOptions } from './command-context.ts';
import type { Output } from './output.ts';

/** What a command does to the registry: only look, change it, or change it after crashed runs were seen to. */
export type Access = 'read' | 'write' | 'reap and write';

/**
 * Opens the registry for a command and closes it whatever happens. A command that reads changes nothing; one that writes
 * first ends the runs of dead processes, unless it is about those itself.
 */
export async function withServices(
  context: CommandContext,
  command: Command,
  access: Access,
  body: (services: AppServices, output: Output) => Promise<void>,
): Promise<void> {
  const output = await outputOf(context, command);
  const { home, durable } = command.optsWithGlobals<GlobalOptions & { durable?: boolean }>();
  const services = await context.openServices({
    homeOption: home,
    readOnly: access === 'read',
    durable: durable === true,
  });
  try {
    if (access === 'reap and write') await reap(services, output, context);
    await body(services, output);
  } finally {
    await services.registry.close();
  }
}

/** The output of a command that does without the registry. */
export async function outputOf(context: CommandContext, command: Command): Promise<Output> {
  const { createOutput } = await import('./output.ts');
  return createOutput(context, command);
}

async function reap(services: AppServices, output: Output, context: CommandContext): Promise<void> {
  const { reapCrashed } = await import('../app/run-flow.ts');
  const { flowPlacesIn } = await import('./flow-places.ts');
  const { shortId } = await import('../core/ids.ts');
  for (const run of await reapCrashed(services, flowPlacesIn(context, services.project))) {
    output.remark(
      `${run.name} is now ${run.state.kind}: its process is gone. Go on with: mlflow-ts runs retry ${shortId(run.id)}`,
    );
  }
}
