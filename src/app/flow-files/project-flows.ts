import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FlowFileError, NotFoundError } from '../../core/errors.ts';
import type { AnyFlow } from '../../engine/flow-options.ts';
import type { FlowRunRow } from '../../registry/flow-run-row.ts';
import { flowEntry, type FlowCatalogue, type FlowEntry } from '../flow-catalogue.ts';
import type { Project } from '../project.ts';
import type { AppServices } from '../services.ts';
import { formatFlowReference, parseFlowReference, type FlowReference } from './flow-reference.ts';
import type { LoadPublicApi } from './import-flow-file.ts';
import { loadFlowFile, type FlowFromFile } from './load-flow-file.ts';

type Flows = FlowCatalogue<AnyFlow<AppServices>>;

/** Where flows may come from. */
export type FlowPlaces = {
  readonly builtIn: Flows;
  readonly project: Project;
  /** From here a reference that a person gave is meant. */
  readonly cwd: string;
  readonly loadPublicApi: LoadPublicApi;
};

/**
 * The flows that can be run by name: the built-in ones and those that `mlflow-ts.yaml` lists. None is loaded.
 * @throws ParameterError when `mlflow-ts.yaml` does not fit.
 */
export async function listProjectFlows(places: FlowPlaces): Promise<Flows> {
  const { builtIn, project } = places;
  if (project.configFile === undefined) return builtIn;
  const { readProjectFile } = await import('../project-file.ts');
  const { flows } = readProjectFile(project.configFile, Object.keys(builtIn));
  const listed = Object.entries(flows).map(([name, text]) => [name, listedEntry(name, text, places)] as const);
  return { ...builtIn, ...Object.fromEntries(listed) };
}

/**
 * The flow that a name or a reference (`./my/flow.ts:name`) means, as a name in a catalogue that holds it.
 * @throws NotFoundError, FlowFileError or ParameterError telling what to do.
 */
export async function findFlow(
  given: string,
  places: FlowPlaces,
): Promise<{ readonly name: string; readonly catalogue: Flows }> {
  const catalogue = await listProjectFlows(places);
  const reference = parseFlowReference(given);
  if (reference === undefined) {
    flowEntry(catalogue, given);
    return { name: given, catalogue };
  }
  const loaded = await load(reference, places, places.cwd);
  const { flow } = loaded;
  const entry: FlowEntry<AnyFlow<AppServices>> = {
    description: flow.description ?? '',
    entrypoint: entrypointOf(loaded, places.project),
    load: () => Promise.resolve(flow),
  };
  return { name: flow.name, catalogue: { ...catalogue, [flow.name]: entry } };
}

/**
 * The flow of a recorded run: from the file that it was started from, else by its name.
 * @throws FlowFileError when the file is gone or has changed so that it has no such flow; NotFoundError for an unknown name.
 */
export async function flowOfRun(
  run: Pick<FlowRunRow, 'flowName' | 'entrypoint'>,
  places: FlowPlaces,
): Promise<AnyFlow<AppServices>> {
  const { flowName, entrypoint } = run;
  const reference = entrypoint === null ? undefined : parseFlowReference(entrypoint);
  if (reference === undefined) return flowEntry(await listProjectFlows(places), flowName).load();
  try {
    const { flow } = await load(reference, places, places.project.root);
    if (flow.name === flowName) return flow;
    throw new FlowFileError(`It now holds flow "${flow.name}".`);
  } catch (error) {
    if (error instanceof NotFoundError) {
      const entry = (await listProjectFlows(places))[flowName];
      if (entry?.entrypoint !== undefined && entry.entrypoint !== entrypoint) return entry.load();
    }
    throw gone(flowName, entrypoint!, error);
  }
}

function gone(flowName: string, entrypoint: string, error: unknown): unknown {
  if (!(error instanceof NotFoundError || error instanceof FlowFileError)) return error;
  return new FlowFileError(
    `The run's flow "${flowName}" came from ${entrypoint} and cannot be taken from there again. ${error.message}\n` +
      `Put it back, or tell its new place in mlflow-ts.yaml: "flows:" and below it "${flowName}: ./FILE.ts:NAME".`,
    { cause: error },
  );
}

function listedEntry(name: string, text: string, places: FlowPlaces): FlowEntry<AnyFlow<AppServices>> {
  const reference = parseFlowReference(text)!;
  const { root } = places.project;
  const path = resolve(root, reference.file);
  return {
    description: `your flow in ${text}`,
    entrypoint: entrypointOf({ path, exportName: reference.exportName }, places.project),
    load: async () => {
      const { flow } = await load(reference, places, root);
      if (flow.name === name) return flow;
      throw new FlowFileError(
        `mlflow-ts.yaml lists ${text} as "${name}", but the flow's own name is "${flow.name}". Write the same name in both.`,
      );
    },
  };
}

function load(reference: FlowReference, places: FlowPlaces, cwd: string): Promise<FlowFromFile> {
  const { project, loadPublicApi } = places;
  const cacheFolder = existsSync(project.home) ? join(project.home, 'cache', 'flow-files') : undefined;
  return loadFlowFile(reference, { cwd, loadPublicApi, cacheFolder });
}

/**
 * As it is recorded with a run: from the project's root, so that a project may move with its state; absolute when the file
 * is outside, or when the state is elsewhere and does not tell the root.
 */
function entrypointOf(
  { path, exportName }: { readonly path: string; readonly exportName?: string | undefined },
  { root, home }: Project,
): string {
  const inside = relative(root, path);
  const isInside = !inside.startsWith('..') && !isAbsolute(inside) && dirname(home) === root;
  const file = isInside ? inside.split(sep).join('/') : path;
  return formatFlowReference({ file, ...(exportName === undefined ? {} : { exportName }) });
}
