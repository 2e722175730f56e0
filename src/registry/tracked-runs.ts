import type { FlowRunId, TrainingRunId } from '../core/ids.ts';
import { isSuccessful, isTerminal } from '../core/run-state.ts';
import type { RunState } from '../core/run-state.ts';
import { writeFenced } from './fenced-write.ts';
import { selectFence, type FlowFence } from './flow-fence.ts';
import { getFlowRun } from './flow-runs.ts';
import { upsertMetric, type Metric } from './metrics.ts';
import { upsertParam } from './params.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { upsertTag } from './tags.ts';
import { startTrainingRun, type NewTrainingRun, type TrainingRunEnd } from './training-runs.ts';

/**
 * Opens the training run that a flow run itself logs to (that of no task and no trial): the one that an earlier attempt
 * opened runs again, else `row` is recorded.
 * @returns undefined when the flow run is fenced: nothing was written.
 */
export async function openTrackedRun(
  db: RegistryDb,
  fence: FlowFence,
  row: NewTrainingRun & { readonly flowRunId: FlowRunId },
): Promise<{ readonly id: TrainingRunId; readonly resumed: boolean } | undefined> {
  return withTransaction(db, async (transaction) => {
    const open = await transaction.executeQuery(selectFence(transaction, fence));
    if (open.rows.length === 0) return undefined;
    const [known] = await listTrackedRuns(transaction, [row.flowRunId]);
    if (known === undefined) {
      await startTrainingRun(transaction, row);
      return { id: row.id, resumed: false };
    }
    await transaction
      .updateTable('training_runs')
      .set({ status: 'running', ended_at: null, error_json: null })
      .where('id', '=', known.id)
      .execute();
    return { id: known.id, resumed: true };
  });
}

/** What is logged to a training run in one transaction. */
export type TrackedValues = {
  readonly metrics: readonly Metric[];
  /** JSON text by key. */
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
};

/** @returns false when the flow run is fenced: nothing was written. */
export async function writeTrackedValues(
  db: RegistryDb,
  fence: FlowFence,
  trainingRunId: TrainingRunId,
  { metrics, params, tags }: TrackedValues,
): Promise<boolean> {
  return writeFenced(db, [
    selectFence(db, fence),
    ...metrics.map((metric) => upsertMetric(db, { ...metric, trainingRunId })),
    ...[...params].map(([key, valueJson]) => upsertParam(db, { trainingRunId, key, valueJson })),
    ...[...tags].map(([key, value]) => upsertTag(db, { kind: 'training_run', id: trainingRunId, key, value })),
  ]);
}

/**
 * Ends a flow run's own training run as the flow run ended.
 * @returns false when the flow run is fenced: nothing was written.
 */
export async function endTrackedRun(
  db: RegistryDb,
  fence: FlowFence,
  trainingRunId: TrainingRunId,
  state: RunState,
): Promise<boolean> {
  return writeFenced(db, [selectFence(db, fence), updateToEnd(db, trainingRunId, state)]);
}

/**
 * Gives the flow runs' own training runs the end that their flow run has: a retry whose tasks were all finished logs
 * nothing, and yet completes what an earlier attempt had left failed.
 */
export async function settleTrackedRuns(db: RegistryDb, flowRunIds: readonly FlowRunId[]): Promise<void> {
  await withTransaction(db, async (transaction) => {
    for (const { id, flowRunId, status } of await listTrackedRuns(transaction, flowRunIds)) {
      const state = (await getFlowRun(transaction, flowRunId))?.state;
      if (state === undefined || !isTerminal(state.kind) || statusOf(state) === status) continue;
      await transaction.executeQuery(updateToEnd(transaction, id, state));
    }
  });
}

type TrackedRun = { readonly id: TrainingRunId; readonly flowRunId: FlowRunId; readonly status: string };

async function listTrackedRuns(db: RegistryDb, flowRunIds: readonly FlowRunId[]): Promise<TrackedRun[]> {
  const rows = await db
    .selectFrom('training_runs')
    .select(['id', 'flow_run_id', 'status'])
    .where('flow_run_id', 'in', flowRunIds)
    .where('task_run_id', 'is', null)
    .where('trial_id', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id as TrainingRunId,
    flowRunId: row.flow_run_id as FlowRunId,
    status: row.status,
  }));
}

function updateToEnd(db: RegistryDb, id: TrainingRunId, state: RunState) {
  const error = state.kind === 'Failed' ? JSON.stringify(state.error) : null;
  return db
    .updateTable('training_runs')
    .set({ status: statusOf(state), ended_at: state.at, error_json: error })
    .where('id', '=', id)
    .compile();
}

function statusOf(state: RunState): TrainingRunEnd['status'] {
  if (isSuccessful(state.kind)) return 'finished';
  return state.kind === 'Failed' || state.kind === 'TimedOut' ? 'failed' : 'killed';
}
