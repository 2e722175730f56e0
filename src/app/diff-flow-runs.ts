import type { Json, JsonObject } from '../core/json.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import type { TaskRunRow } from '../registry/task-run-row.ts';
import { listTrainingRuns } from '../registry/training-runs.ts';
import { comparedRows, flattened, type ComparedRow } from './compared-rows.ts';
import { readRun, type RunSnapshot } from './runs.ts';
import type { AppServices } from './services.ts';

/** What a task took in each of two runs; several task runs of one name are added up. Null where it did not run. */
export type ComparedTask = {
  readonly flow: string;
  readonly task: string;
  readonly states: readonly [string | null, string | null];
  readonly taskRuns: readonly [number, number];
  readonly tookMs: readonly [number | null, number | null];
  /** The second through the first. */
  readonly ratio: number | null;
};

export type FlowRunDiff = {
  readonly flowRuns: readonly Pick<FlowRunRow, 'id' | 'flowName' | 'name'>[];
  /** State, attempt, code version, data versions, duration. */
  readonly facts: readonly ComparedRow[];
  /** Nested parameters by their path. */
  readonly parameters: readonly ComparedRow[];
  readonly result: readonly ComparedRow[];
  readonly tasks: readonly ComparedTask[];
};

/**
 * What tells two flow runs (by id, part of an id, or name) apart, with everything that ran below them.
 * @throws NotFoundError; UsageError when a name fits several.
 */
export async function diffFlowRuns(services: AppServices, first: string, second: string): Promise<FlowRunDiff> {
  const snapshots = [await readRun(services, first), await readRun(services, second)] as const;
  const roots = snapshots.map(({ flowRuns: [root] }) => root);
  const facts = await Promise.all(snapshots.map((snapshot) => factsOf(services, snapshot)));
  return {
    flowRuns: roots.map(({ id, flowName, name }) => ({ id, flowName, name })),
    facts: comparedRows(facts),
    parameters: comparedRows(roots.map(({ parameters }) => flattened(parameters))),
    result: comparedRows(roots.map(({ result }) => flattened(result ?? null, isObject(result) ? '' : 'result'))),
    tasks: comparedTasks(snapshots),
  };
}

async function factsOf(services: AppServices, { flowRuns }: RunSnapshot): Promise<Record<string, Json>> {
  const [{ flowName, state, attempt, codeVersion, startedAt, endedAt }] = flowRuns;
  const dataVersions = await dataVersionsOf(services, flowRuns);
  return {
    flow: flowName,
    state: state.kind,
    attempt,
    codeVersion,
    ...(dataVersions.length === 0 ? {} : { dataVersion: dataVersions.join(' ') }),
    ...(startedAt === null || endedAt === null ? {} : { tookMs: endedAt - startedAt }),
  };
}

/** The dataset versions that the runs tell in their results, or trained on. */
async function dataVersionsOf({ registry }: AppServices, flowRuns: readonly FlowRunRow[]): Promise<string[]> {
  const trainingRuns = await Promise.all(flowRuns.map(({ id }) => listTrainingRuns(registry.db, { flowRunId: id })));
  const trainedOn = trainingRuns.flat().flatMap(({ datasetVersionId }) => datasetVersionId ?? []);
  const told = flowRuns.flatMap(({ result }) => {
    const id = isObject(result) ? (result.datasetVersion ?? result.datasetVersionId) : undefined;
    return typeof id === 'string' ? [id] : [];
  });
  return [...new Set<string>([...trainedOn, ...told])].sort();
}

function comparedTasks(snapshots: readonly [RunSnapshot, RunSnapshot]): ComparedTask[] {
  const [first, second] = [taskRunsByTask(snapshots[0]), taskRunsByTask(snapshots[1])];
  return [...new Set([...first.keys(), ...second.keys()])].map((key) => {
    const [one, other] = [totalOf(first.get(key) ?? []), totalOf(second.get(key) ?? [])];
    const [flow = '', task = ''] = key.split(SEPARATOR);
    return {
      ...{ flow, task },
      states: [one.state, other.state],
      taskRuns: [one.taskRuns, other.taskRuns],
      tookMs: [one.tookMs, other.tookMs],
      ratio: ratioOf(one.tookMs, other.tookMs),
    };
  });
}

/** Between the names of a flow and a task: neither holds one. */
const SEPARATOR = '\n';

function taskRunsByTask({ flowRuns, taskRuns }: RunSnapshot): Map<string, TaskRunRow[]> {
  const flows = new Map(flowRuns.map(({ id, flowName }) => [id, flowName]));
  const byTask = new Map<string, TaskRunRow[]>();
  for (const row of taskRuns) {
    const key = `${flows.get(row.flowRunId) ?? ''}${SEPARATOR}${row.taskName}`;
    const known = byTask.get(key);
    if (known === undefined) byTask.set(key, [row]);
    else known.push(row);
  }
  return byTask;
}

type TaskTotal = {
  /** That of the last task run. */
  readonly state: string | null;
  readonly taskRuns: number;
  readonly tookMs: number | null;
};

function totalOf(taskRuns: readonly TaskRunRow[]): TaskTotal {
  const took = taskRuns.flatMap(({ startedAt, endedAt }) =>
    startedAt === null || endedAt === null ? [] : [endedAt - startedAt],
  );
  return {
    state: taskRuns.at(-1)?.state.kind ?? null,
    taskRuns: taskRuns.length,
    tookMs: took.length === 0 ? null : took.reduce((sum, ms) => sum + ms, 0),
  };
}

function ratioOf(first: number | null, second: number | null): number | null {
  return first === null || second === null || first === 0 ? null : second / first;
}

function isObject(value: Json | null | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
