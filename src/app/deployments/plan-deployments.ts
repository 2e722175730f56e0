import prettyMilliseconds from 'pretty-ms';
import { ConflictError, NotFoundError, ParameterError } from '../../core/errors.ts';
import { didYouMean } from '../../core/closest-name.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { toJson } from '../../core/to-json.ts';
import { listConcurrencyLimits } from '../../registry/concurrency-limits.ts';
import { listDeployments, type DeploymentRow } from '../../registry/deployments.ts';
import type { RegistryDb } from '../../registry/registry-db.ts';
import { listSchedules, type ScheduleRow } from '../../registry/schedules.ts';
import { listWorkPools } from '../../registry/work-pools.ts';
import { comparedRows, flattened } from '../compared-rows.ts';
import { scheduleText } from './schedule-text.ts';
import type { WantedDeployment, WantedDeployments } from './read-deployments.ts';

/** A deployment as it is recorded, with all that belongs to it. */
export type RecordedDeployment = {
  readonly row: DeploymentRow;
  readonly schedules: readonly ScheduleRow[];
};

/** What deploying changes of one deployment. `path` is dotted; null: not there. */
export type DeploymentChange = {
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete' | 'keep';
  readonly differences: readonly { readonly path: string; readonly before: Json; readonly after: Json }[];
  readonly wanted?: WantedDeployment;
  readonly recorded?: RecordedDeployment;
};

/** Which deployments of the file are meant, and whether those it no longer has are deleted. */
export type DeploySelection = { readonly names: readonly string[] | 'all'; readonly prune: boolean };

/**
 * Compares what a file declares with what is recorded.
 * @throws NotFoundError for a name that the file has not; ParameterError for a pool or limit that does not exist; ConflictError
 * when another file declares a deployment of the same name.
 */
export async function planDeployments(
  db: RegistryDb,
  wanted: WantedDeployments,
  selection: DeploySelection,
): Promise<DeploymentChange[]> {
  const recorded = new Map((await readRecorded(db)).map((each) => [each.row.name, each]));
  const changes = select(wanted, selection).map((deployment): DeploymentChange => {
    const before = recorded.get(deployment.name);
    assertOurs(before, wanted.file);
    const differences = differencesOf(before, deployment);
    const action = before === undefined ? 'create' : differences.length === 0 ? 'keep' : 'update';
    return {
      name: deployment.name,
      action,
      differences,
      wanted: deployment,
      ...(before === undefined ? {} : { recorded: before }),
    };
  });
  await assertPools(db, wanted, changes);
  return [...changes, ...(selection.prune ? pruned(wanted, [...recorded.values()]) : [])];
}

async function readRecorded(db: RegistryDb): Promise<RecordedDeployment[]> {
  const [rows, schedules] = [await listDeployments(db), await listSchedules(db)];
  return rows.map((row) => ({
    row,
    schedules: schedules.filter(({ deploymentId }) => deploymentId === row.id),
  }));
}

function select({ deployments, file }: WantedDeployments, { names }: DeploySelection): readonly WantedDeployment[] {
  if (names === 'all') return deployments;
  return names.map((name) => {
    const found = deployments.find((each) => each.name === name);
    if (found !== undefined) return found;
    const known = deployments.map((each) => each.name);
    throw new NotFoundError(`${file} declares no deployment "${name}". ${didYouMean(name, known)}`);
  });
}

function assertOurs(before: RecordedDeployment | undefined, file: string): void {
  const declaredIn = before?.row.declaredIn ?? file;
  if (before === undefined || declaredIn === file) return;
  throw new ConflictError(
    `Deployment "${before.row.name}" is declared in ${declaredIn} too. Name one of them otherwise, or, if that file is gone, ` +
      `delete its deployment first: mlflow-ts deployments delete ${before.row.name}`,
  );
}

async function assertPools(
  db: RegistryDb,
  { pools, limits }: WantedDeployments,
  changes: readonly DeploymentChange[],
): Promise<void> {
  const known = [...new Set([...(await listWorkPools(db)).map(nameOf), ...Object.keys(pools)])];
  const knownLimits = [...new Set([...(await listConcurrencyLimits(db)).map(nameOf), ...Object.keys(limits)])];
  for (const { name, wanted } of changes) {
    if (wanted === undefined) continue;
    if (!known.includes(wanted.pool)) {
      throw new ParameterError(
        `Deployment "${name}" names the pool "${wanted.pool}", which does not exist. ${didYouMean(wanted.pool, known)} ` +
          `Declare it below pools:, or: mlflow-ts pool create ${wanted.pool}`,
      );
    }
    const missing = wanted.spec.limits.find((limit) => !knownLimits.includes(limit));
    if (missing !== undefined) {
      throw new ParameterError(
        `Deployment "${name}" names the limit "${missing}", which does not exist. ${didYouMean(missing, knownLimits)} ` +
          `Declare it below limits: "${missing}: 1"`,
      );
    }
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function pruned({ deployments, file }: WantedDeployments, recorded: readonly RecordedDeployment[]): DeploymentChange[] {
  return recorded
    .filter(({ row }) => row.declaredIn === file && !deployments.some(({ name }) => name === row.name))
    .map((each) => ({ name: each.row.name, action: 'delete', differences: [], recorded: each }));
}

/** Of a new deployment what the file need not say is left out. */
function differencesOf(
  before: RecordedDeployment | undefined,
  after: WantedDeployment,
): DeploymentChange['differences'] {
  const views = [flattened(before === undefined ? UNSAID : recordedView(before)), flattened(viewOf(after))];
  return comparedRows(views)
    .filter(({ differs, values }) => differs && !values.every(isNothing))
    .map(({ key, values: [old = null, wanted = null] }) => ({ path: key, before: old, after: wanted }));
}

function isNothing(value: Json): boolean {
  return value === null || JSON.stringify(value) === '{}';
}

const UNSAID: JsonObject = {
  ...{ pool: 'default', priority: 100, limits: [], overlap: 'queue', catchup: 'latest', maxLateness: '1d' },
  ...{ crashRetries: 0, tags: [], parameters: {}, schedules: {} },
};

function recordedView({ row, schedules }: RecordedDeployment): JsonObject {
  const { flowName, entrypoint, pool, spec } = row;
  return viewOf({
    ...{ flowName, entrypoint, pool, spec },
    schedules: schedules.map(({ name, schedule, parameters, pausedAt }) => ({
      name,
      schedule,
      parameters,
      active: pausedAt === null,
    })),
  });
}

/** In the words of the file; schedules by their names. */
function viewOf({ flowName, entrypoint, pool, spec, schedules }: Omit<WantedDeployment, 'name'>): JsonObject {
  const { catchUp: catchup, maxLatenessMs, ...rest } = spec;
  const policies = { ...rest, catchup, maxLateness: prettyMilliseconds(maxLatenessMs) };
  const view = {
    ...{ flow: flowName, ...(entrypoint === null ? {} : { entrypoint }), pool, ...policies },
    schedules: byName(
      schedules,
      ({ schedule }) => scheduleText(schedule),
      ({ parameters }) => parameters,
    ),
  };
  return toJson(view, 'a deployment') as JsonObject;
}

function byName<Each extends { readonly name: string; readonly active: boolean }>(
  all: readonly Each[],
  textOf: (each: Each) => string,
  parametersOf: (each: Each) => JsonObject,
): JsonObject {
  const texts = all.map((each) => [each.name, each.active ? textOf(each) : `${textOf(each)} (not active)`] as const);
  const parameters = all.map((each) => [`${each.name}.parameters`, parametersOf(each)] as const);
  return Object.fromEntries<Json>([...texts, ...parameters.filter(([, given]) => Object.keys(given).length > 0)]);
}
