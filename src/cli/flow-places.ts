import type { Command } from 'commander';
import type { FlowPlaces } from '../app/flow-files/project-flows.ts';
import type { Project } from '../app/project.ts';
import type { CommandContext, GlobalOptions } from './command-context.ts';

/** Where a command looks for flows: built in, in the project's files, in the file a person names. */
export async function flowPlaces(context: CommandContext, command: Command): Promise<FlowPlaces> {
  const { findProject } = await import('../app/project.ts');
  const { cwd, env } = context;
  const { home } = command.optsWithGlobals<GlobalOptions>();
  return flowPlacesIn(context, findProject({ cwd, env, homeOption: home }));
}

/** The same where the project is known. */
export function flowPlacesIn({ catalogue, cwd, loadPublicApi }: CommandContext, project: Project): FlowPlaces {
  return { builtIn: catalogue, project, cwd, loadPublicApi };
}
