import { isTerminal } from '../core/run-state.ts';
import type { RunStateKind } from '../core/run-state.ts';
import type { FlowRunId } from '../core/ids.ts';
import { listArtifacts } from '../registry/artifacts.ts';
import type { ArtifactRow } from '../registry/artifacts.ts';
import { markFlowRunDeleted } from '../registry/delete-flow-run.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { findFlowRun, getFlowRun, listFlowRuns } from '../registry/flow-runs.ts';
import { listFlowRunTree } from '../registry/flow-run-tree.ts';
import { countTaskRuns, listNotableTaskRuns } from '../registry/task-run-counts.ts';
import type { TaskRunCount } from '../registry/task-run-counts.ts';
import { listTaskRuns } from '../registry/task-runs.ts';
import { withTransaction } from '../registry/registry-db.ts';
import type { TaskRunRow } from '../registry/task-run-row.ts';
import type { AppServices } from './services.ts';
import { sweepDeleted } from './sweep-deleted.ts';
import type { Deleted } from './sweep-deleted.ts';

export type RunsFilter = {
  readonly flow?: string | undefined;
  readonly states?: readonly RunStateKind[] | undefined;
  /** Milliseconds UTC. */
  readonly since?: number | undefined;
  readonly limit?: number | undefined;
  /** With the runs of subflows; also when a flow is named, since most runs of `prep` belong to a `pipeline`. */
  readonly withSubflows?: boolean | undefined;
};

/** Flow runs, newest first. */
export async function listRuns({ registry }: AppServices, filter: RunsFilter): Promise<FlowRunRow[]> {
  const { flow, states, since, limit, withSubflows = flow !== undefined } = filter;
  return listFlowRuns(registry.db, {
    parent: withSubflows ? 'all' : 'roots',
    ...(flow === undefined ? {} : { flow }),
    ...(states === undefined ? {} : { states }),
    ...(since === undefined ? {} : { since }),
    ...(limit === undefined ? {} : { limit }),
  });
}

/** A flow run with everything below it, at one moment. */
export type RunSnapshot = {
  /** The run itself first, then its subflow runs, parents before children. */
  readonly flowRuns: readonly [FlowRunRow, ...FlowRunRow[]];
  /** All of them or, of very many, those that have not succeeded and the newest. */
  readonly taskRuns: readonly TaskRunRow[];
  /** All of them, counted. */
  readonly taskRunCounts: readonly TaskRunCount[];
};

/** Of more task runs than this only the notable ones are read one by one. */
const MAX_TASK_RUNS = 1_000;

/**
 * The flow run a person means, with its subflow runs and its task runs.
 * @throws NotFoundError; UsageError when several runs fit.
 */
export async function readRun({ registry }: AppServices, idOrName: string): Promise<RunSnapshot> {
  const run = await findFlowRun(registry.db, idOrName);
  const [, ...subflowIds] = await listFlowRunTree(registry.db, run.id);
  const subflows = await Promise.all(subflowIds.map((id) => getFlowRun(registry.db, id)));
  const flowRuns = [run, ...subflows.filter((row) => row !== undefined)] as const;
  const ids = flowRuns.map(({ id }) => id);
  const taskRunCounts = await countTaskRuns(registry.db, ids);
  const total = taskRunCounts.reduce((sum, { count }) => sum + count, 0);
  const taskRuns =
    total > MAX_TASK_RUNS
      ? await listNotableTaskRuns(registry.db, ids, MAX_TASK_RUNS)
      : (await Promise.all(ids.map((id) => listTaskRuns(registry.db, id)))).flat();
  return { flowRuns, taskRuns, taskRunCounts };
}

/** The newest version of each artifact of a flow run and its subflow runs. */
export async function readArtifacts({ registry }: AppServices, flowRunId: FlowRunId): Promise<ArtifactRow[]> {
  const all = await listArtifacts(registry.db, { flowRunId, withSubflows: true });
  return [...new Map(all.map((artifact) => [`${artifact.taskRunId ?? ''} ${artifact.key}`, artifact])).values()];
}

/**
 * Deletes flow runs that have ended, with everything recorded below them, and stored files nothing names any more.
 * @throws ConflictError when one has not ended: then nothing is deleted.
 */
export async function deleteRuns(services: AppServices, runs: readonly FlowRunRow[]): Promise<Deleted> {
  const { registry, clock } = services;
  await withTransaction(registry.db, async (transaction) => {
    for (const run of runs) await markFlowRunDeleted(transaction, run.id, clock.now());
  });
  return sweepDeleted(services);
}

/** Whether the run and everything below it has ended. */
export function hasEnded({ flowRuns }: RunSnapshot): boolean {
  return isTerminal(flowRuns[0].state.kind);
}
