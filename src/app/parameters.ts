import { UsageError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { assignmentsFromEnvironment } from './environment-parameters.ts';
import { flowEntry } from './flow-catalogue.ts';
import type { FlowCatalogue, LoadedFlow } from './flow-catalogue.ts';
import { assignmentsFromArguments, assignmentsFromParamsFile } from './parameter-sources.ts';
import type { Assignment } from './parameter-sources.ts';
import { describeParameters } from './parameter-types.ts';
import { resolveParameters } from './resolve-parameters.ts';
import type { ResolvedParameters } from './resolve-parameters.ts';

/** The places a user can set parameters at; the later ones in this list win. */
export type ParameterPlaces = {
  readonly cwd: string;
  /** `-c`: YAML files with a section per flow; later files win. */
  readonly configFiles: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What references in values name. */
  readonly secrets: Secrets;
  /** What a deployment declares. */
  readonly declared?: readonly Assignment[];
  /** `--params`: a JSON file. */
  readonly paramsFile?: string | undefined;
  /** `-p key=value`. */
  readonly parameterTexts: readonly string[];
  /** Options that are short for a parameter, e.g. `--workers 4`. */
  readonly options?: Readonly<Record<string, { readonly flag: string; readonly value: string | boolean }>>;
};

/**
 * Resolves a flow's parameters: defaults < config file < environment < a deployment < `--params` < `-p` < options. A composed flow
 * (pipeline) takes the sections and variables of its parts first, as far as it has their parameters, then its own.
 * @throws ParameterError, UsageError or NotFoundError that says what, where, and what was probably meant.
 */
export async function loadParameters(
  flowName: string,
  catalogue: FlowCatalogue,
  places: ParameterPlaces,
): Promise<ResolvedParameters> {
  const entry = flowEntry(catalogue, flowName);
  const parts = await Promise.all((entry.composedOf ?? []).map((name) => flowEntry(catalogue, name).load()));
  const flow = await entry.load();
  const flows = [...parts, flow];
  const assignments = [
    ...(await configAssignments(flows, catalogue, places)),
    ...assignmentsFromEnvironment(places.env, flows.map(withKeys), Object.keys(catalogue)),
    ...(places.declared ?? []),
    ...(places.paramsFile === undefined ? [] : assignmentsFromParamsFile(places.paramsFile, places.cwd)),
    ...assignmentsFromArguments(places.parameterTexts),
    ...optionAssignments(flow, places.options ?? {}),
  ];
  return resolveParameters(flow, assignments, places.secrets, entry.entrypoint);
}

async function configAssignments(
  flows: readonly LoadedFlow[],
  catalogue: FlowCatalogue,
  { configFiles, cwd, secrets }: ParameterPlaces,
): Promise<Assignment[]> {
  if (configFiles.length === 0) return [];
  const { readConfigFile } = await import('./config-file.ts');
  const files = await Promise.all(configFiles.map((file) => readConfigFile(file, { cwd, catalogue, secrets })));
  const own = flows.at(-1)!;
  const { keys } = withKeys(own);
  return files.flatMap((sections) =>
    flows.flatMap((flow) => (sections.get(flow.name) ?? []).filter(({ path }) => keys.includes(path[0]!))),
  );
}

function withKeys(flow: LoadedFlow): { name: string; keys: string[] } {
  return { name: flow.name, keys: describeParameters(flow.parameters).map(({ name }) => name) };
}

function optionAssignments(flow: LoadedFlow, options: NonNullable<ParameterPlaces['options']>): Assignment[] {
  const { keys } = withKeys(flow);
  return Object.entries(options).flatMap(([key, { flag, value }]) => {
    if (!keys.includes(key)) {
      throw new UsageError(
        `${flag} does not apply to ${flow.name}: it has no parameter "${key}". It has: ${keys.join(', ')}.`,
      );
    }
    return typeof value === 'boolean'
      ? [{ path: [key], value, source: flag }]
      : assignmentsFromArguments([`${key}=${value}`]).map((assignment) => ({ ...assignment, source: flag }));
  });
}
