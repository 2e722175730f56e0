import type { FlowRunId, TaskRunId } from '../../core/ids.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { LogLevel } from '../../core/logger.ts';
import type { RunError, RunState } from '../../core/run-state.ts';
import { readResult } from '../../engine/recorded-results.ts';
import type { FlowRunOutcome } from '../../engine/run-runtime.ts';
import { listArtifacts, type ArtifactKind } from '../../registry/artifacts.ts';
import { getFlowRun } from '../../registry/flow-runs.ts';
import { listLogs } from '../../registry/logs.ts';
import { latestMetrics } from '../../registry/metrics.ts';
import { listParams } from '../../registry/params.ts';
import { listTags } from '../../registry/tags.ts';
import { listTaskRuns } from '../../registry/task-runs.ts';
import { listExperiments } from '../../registry/experiments.ts';
import { listTrainingRuns } from '../../registry/training-runs.ts';
import type { AppServices } from '../services.ts';

/** A task run as a test looks at it. */
export type TestTaskRun = {
  readonly id: TaskRunId;
  readonly task: string;
  /** The task run's own name: the task's, with a number from its second run on. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly state: RunState;
  /** How often it was tried. */
  readonly attempt: number;
  readonly input: Json;
  /** Null when there is none. */
  readonly result: Json;
};

/** A log line as a test looks at it. */
export type TestLogLine = {
  readonly level: LogLevel;
  readonly message: string;
  readonly data: JsonObject | null;
  /** The task that wrote it; null for the flow. */
  readonly task: string | null;
};

/** An artifact as a test looks at it. */
export type TestArtifact = {
  readonly key: string;
  readonly kind: ArtifactKind;
  /** Markdown text, table rows or a link's address; null for images and files. */
  readonly content: Json;
  /** Where the file is kept; null for the other kinds. */
  readonly path: string | null;
};

/** What `logParam`, `logMetric` and `setTags` wrote. */
export type TestTrainingRun = {
  readonly experiment: string;
  readonly status: 'running' | 'finished' | 'failed' | 'killed';
  readonly params: Readonly<Record<string, Json>>;
  /** Each at its last step. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
};

/** How a flow run of the harness ended, and what it left. */
export type TestRun<Result = Json> = {
  readonly id: FlowRunId;
  readonly flow: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: RunState;
  /** Undefined when the flow did not complete. */
  readonly result: Result | undefined;
  readonly error: RunError | undefined;
  /** As they are recorded: checked, with defaults. */
  readonly parameters: Json;
  /** Of this flow run, without its subflows, in the order in which they began. */
  readonly taskRuns: readonly TestTaskRun[];
  /** With those of its subflows. */
  readonly logs: readonly TestLogLine[];
  /** With those of its subflows; the newest of each key. */
  readonly artifacts: readonly TestArtifact[];
  /** Undefined when the flow and its tasks logged nothing to one. */
  readonly trainingRun: TestTrainingRun | undefined;
};

/** Reads what a flow run left in the registry. */
export async function readTestRun(services: AppServices, outcome: FlowRunOutcome): Promise<TestRun> {
  const { registry, storage } = services;
  const { id, flow, name, attempt, state } = outcome.flowRun;
  const taskRuns = await listTaskRuns(registry.db, id);
  const taskOf = new Map<string, string>(taskRuns.map((row) => [row.id, row.taskName]));
  const logs = await listLogs(registry.db, { flowRunId: id, withSubflows: true });
  const artifacts = await listArtifacts(registry.db, { flowRunId: id, withSubflows: true });
  const newest = new Map(artifacts.map((artifact) => [`${artifact.taskRunId ?? ''} ${artifact.key}`, artifact]));
  return {
    ...{ id, flow, name, attempt, state, result: outcome.result, error: outcome.error },
    parameters: (await getFlowRun(registry.db, id))?.parameters ?? null,
    taskRuns: await Promise.all(
      taskRuns.map(async (row) => ({
        ...{ id: row.id, task: row.taskName, name: row.name, tags: row.tags },
        ...{ state: row.state, attempt: row.attempt, input: row.input },
        result: row.resultId === null ? null : ((await readResult(services, row.resultId))?.value ?? null),
      })),
    ),
    logs: logs.map(({ level, message, data, taskRunId }) => ({
      ...{ level, message, data },
      task: taskRunId === null ? null : (taskOf.get(taskRunId) ?? null),
    })),
    artifacts: [...newest.values()].map(({ key, kind, content, storageHash }) => ({
      ...{ key, kind, content },
      path: storageHash === null ? null : storage.pathOf(storageHash),
    })),
    trainingRun: await readTrainingRun(services, id),
  };
}

async function readTrainingRun({ registry }: AppServices, flowRunId: FlowRunId): Promise<TestTrainingRun | undefined> {
  const { db } = registry;
  const found = await listTrainingRuns(db, { flowRunId });
  const own = found.find(({ taskRunId, trialId }) => taskRunId === null && trialId === null);
  if (own === undefined) return undefined;
  const experiment = (await listExperiments(db)).find(({ id }) => id === own.experimentId);
  return {
    experiment: experiment?.name ?? '',
    status: own.status,
    params: await listParams(db, own.id),
    metrics: await latestMetrics(db, own.id),
    tags: await listTags(db, { kind: 'training_run', id: own.id }),
  };
}
