import type { DeploymentSpec } from '../../core/deployment.ts';
import { MlflowTsError, ParameterError, UsageError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { Secrets } from '../../core/secrets.ts';
import { parseDuration } from '../../scheduling/schedules/duration.ts';
import { findFlow, type FlowPlaces } from '../flow-files/project-flows.ts';
import { flowEntry } from '../flow-catalogue.ts';
import type { Assignment } from '../parameter-sources.ts';
import { loadParameters } from '../parameters.ts';
import { misfit, problemsOf, readYamlFile, type FileProblem, type YamlFile } from '../yaml-file.ts';
import { declaredSchedule } from './declared-schedule.ts';
import { deploymentFileSchema, knownKeys, type DeclaredDeployment, type DeclaredSchedule } from './deployment-file.ts';

/** A deployment as a file wants it, its flow found and its parameters checked. */
export type WantedDeployment = {
  readonly name: string;
  readonly flowName: string;
  readonly entrypoint: string | null;
  readonly pool: string;
  readonly spec: DeploymentSpec;
  readonly schedules: readonly WantedSchedule[];
};

/** Names are those within the deployment. */
export type WantedSchedule = {
  readonly name: string;
  readonly schedule: Schedule;
  readonly parameters: JsonObject;
  readonly active: boolean;
};

/** What a file declares. */
export type WantedDeployments = {
  /** Absolute path of the file. */
  readonly file: string;
  readonly deployments: readonly WantedDeployment[];
  /** Runs at once of each work pool; null: no limit. */
  readonly pools: Readonly<Record<string, number | null>>;
  /** Slots of each concurrency limit. */
  readonly limits: Readonly<Record<string, number>>;
};

export type DeployPlaces = {
  readonly places: FlowPlaces;
  readonly secrets: Secrets;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * Reads what the project's `mlflow-ts.yaml` declares and checks all of it: schedules, flows, and parameters against the schemas
 * of their flows, so that a mistake is told now and not at night.
 * @throws UsageError without such a file; ParameterError naming the lines and all problems.
 */
export async function readDeployments(options: DeployPlaces): Promise<WantedDeployments> {
  const { configFile, root } = options.places.project;
  if (configFile === undefined) {
    throw new UsageError(
      `There is no mlflow-ts.yaml in ${root}. Declare deployments in one: mlflow-ts init writes it.`,
    );
  }
  const file = readYamlFile(configFile);
  const parsed = deploymentFileSchema.safeParse(file.data);
  if (!parsed.success) throw misfit(file, problemsOf(parsed.error, knownKeys));
  const { deployments, pools, limits } = parsed.data;
  const problems: FileProblem[] = [];
  const wanted: WantedDeployment[] = [];
  for (const [name, declared] of Object.entries(deployments ?? {})) {
    const found = await readDeployment(name, declared, file, { ...options, problems });
    if (found !== undefined) wanted.push(found);
  }
  if (problems.length > 0) throw misfit(file, problems);
  return {
    file: configFile,
    deployments: wanted,
    pools: Object.fromEntries(Object.entries(pools ?? {}).map(([name, pool]) => [name, pool?.concurrency ?? null])),
    limits: limits ?? {},
  };
}

type Reading = DeployPlaces & { readonly problems: FileProblem[] };

async function readDeployment(
  name: string,
  declared: DeclaredDeployment,
  file: YamlFile,
  reading: Reading,
): Promise<WantedDeployment | undefined> {
  const at = ['deployments', name];
  const schedules = await readAll(declared.schedules ?? [], [...at, 'schedules'], reading, readSchedule);
  const flow = await told([...at, 'flow'], reading, () => readFlow(declared, schedules, file, at, reading));
  const policies = await told([...at, 'maxLateness'], reading, () => policiesOf(declared));
  if (flow === undefined || policies === undefined) return undefined;
  const { parameters, ...found } = flow;
  const { pool = 'default' } = declared;
  return { name, ...found, pool, spec: { parameters, ...policies }, schedules };
}

function policiesOf(declared: DeclaredDeployment): Omit<DeploymentSpec, 'parameters'> {
  const { priority = 100, concurrency, limits = [], crashRetries = 0, tags = [] } = declared;
  const { overlap = 'queue', catchup: catchUp = 'latest', maxLateness = '1d' } = declared;
  const limited = concurrency === undefined ? {} : { concurrency };
  return {
    priority,
    ...limited,
    limits,
    overlap,
    catchUp,
    maxLatenessMs: parseDuration(maxLateness),
    crashRetries,
    tags,
  };
}

/** The flow and the parameters it is called with; those of each schedule are tried on top. */
async function readFlow(
  declared: DeclaredDeployment,
  schedules: readonly WantedSchedule[],
  file: YamlFile,
  at: readonly string[],
  { places, secrets, env }: Reading,
): Promise<Pick<WantedDeployment, 'flowName' | 'entrypoint'> & { readonly parameters: JsonObject }> {
  const { root } = places.project;
  const { name, catalogue } = await findFlow(declared.flow, { ...places, cwd: root });
  const resolve = async (declaredParameters: readonly Assignment[]): Promise<JsonObject> => {
    const configFiles = declared.config === undefined ? [] : [declared.config];
    const given = { cwd: root, env: withoutParameters(env), secrets, configFiles, parameterTexts: [] };
    return (await loadParameters(name, catalogue, { ...given, declared: declaredParameters })).given;
  };
  const own = assignmentsOf(declared.parameters ?? {}, [...at, 'parameters'], file);
  const parameters = await resolve(own);
  for (const [index, schedule] of schedules.entries()) {
    const path = [...at, 'schedules', index, 'parameters'];
    await resolve([...own, ...assignmentsOf(schedule.parameters, path, file)]);
  }
  return { flowName: name, entrypoint: flowEntry(catalogue, name).entrypoint ?? null, parameters };
}

/** What the shell of who deploys says is not what the worker's will say. */
function withoutParameters(env: DeployPlaces['env']): DeployPlaces['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('MLFLOW_TS_')));
}

function assignmentsOf(parameters: JsonObject, path: readonly PropertyKey[], file: YamlFile): Assignment[] {
  return Object.entries(parameters).map(([key, value]) => ({
    path: [key],
    value,
    source: file.placeOf([...path, key]),
  }));
}

async function readSchedule(declared: DeclaredSchedule, name: string): Promise<WantedSchedule> {
  const { parameters = {}, active = true } = declared;
  return { name, schedule: await declaredSchedule(declared), parameters, active };
}

/** Each by its name, else its number; two of one name are a problem. */
async function readAll<Declared extends { readonly name?: string | undefined }, Wanted>(
  declared: readonly Declared[],
  at: readonly string[],
  reading: Reading,
  read: (declared: Declared, name: string) => Promise<Wanted>,
): Promise<Wanted[]> {
  const names = new Set<string>();
  const wanted: Wanted[] = [];
  for (const [index, each] of declared.entries()) {
    const name = each.name ?? String(index + 1);
    const path = [...at, index];
    const found = await told(path, reading, () => {
      if (names.has(name)) throw new ParameterError(`There are two of the name "${name}". Give one another name.`);
      names.add(name);
      return read(each, name);
    });
    if (found !== undefined) wanted.push(found);
  }
  return wanted;
}

/** What it gives; a mistake of the file goes to its problems. */
async function told<Result>(
  path: readonly PropertyKey[],
  { problems }: Reading,
  read: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof MlflowTsError)) throw error;
    problems.push({ path, text: `${path.join('.')}: ${error.message}` });
    return undefined;
  }
}
