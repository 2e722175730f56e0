import type { Selectable } from 'kysely';
import type { DeploymentId, FlowRunId, ScheduleId, WorkerId } from '../core/ids.ts';
import type { RunState } from '../core/run-state.ts';
import type { QueuedRunsTable } from './deployment-tables.ts';
import { insertFlowRun } from './flow-runs.ts';
import type { NewFlowRun } from './flow-runs.ts';
import { parseJsonColumn, stringListSchema } from './json-columns.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

/** What a flow run is made of that a worker shall run. */
export type NewQueuedRun = Omit<
  NewFlowRun,
  'state' | 'rootFlowRunId' | 'parentFlowRunId' | 'parentTaskRunId' | 'callKey' | 'owner'
> & {
  readonly pool: string;
  /** Milliseconds UTC; no worker takes it before. */
  readonly scheduledFor: number;
  /** 1 goes first; default 100. */
  readonly priority?: number;
  /** Names of concurrency limits. */
  readonly limits?: readonly string[];
  /** Further attempts when its process crashes; default 0. */
  readonly crashRetries?: number;
  readonly deploymentId?: DeploymentId;
  readonly scheduleId?: ScheduleId;
};

export const DEFAULT_PRIORITY = 100;

/** Why a run is recorded that is not made: its time came, and it ends Skipped at once. */
export type SkippedRun = NewQueuedRun & { readonly skippedBecause?: string };

/**
 * Records a flow run in state Scheduled that waits for a worker of its pool, or one that is skipped.
 * @returns false when its schedule has a run for this time already: then nothing is written.
 */
export async function insertQueuedRun(db: RegistryDb, run: SkippedRun): Promise<boolean> {
  const { pool, scheduledFor, priority, limits, crashRetries, deploymentId, scheduleId, ...flowRun } = run;
  const { id, createdAt } = flowRun;
  return withTransaction(db, async (transaction) => {
    if (scheduleId !== undefined && (await hasRun(transaction, scheduleId, scheduledFor))) return false;
    const state = firstState(run);
    await insertFlowRun(transaction, { ...flowRun, rootFlowRunId: id, state });
    await transaction
      .insertInto('queued_runs')
      .values({
        flow_run_id: id,
        deployment_id: deploymentId ?? null,
        schedule_id: scheduleId ?? null,
        scheduled_for: scheduledFor,
        pool,
        priority: priority ?? DEFAULT_PRIORITY,
        limits_json: JSON.stringify(limits ?? []),
        crash_retries: crashRetries ?? 0,
        ...(state.kind === 'Skipped' ? { ended_at: createdAt } : { waits_since: createdAt }),
      })
      .execute();
    return true;
  });
}

function firstState({ createdAt: at, scheduledFor, skippedBecause }: SkippedRun): RunState {
  return skippedBecause === undefined
    ? { kind: 'Scheduled', at, scheduledFor }
    : { kind: 'Skipped', at, reason: skippedBecause };
}

async function hasRun(db: RegistryDb, scheduleId: ScheduleId, scheduledFor: number): Promise<boolean> {
  const found = await db
    .selectFrom('queued_runs')
    .select('flow_run_id')
    .where('schedule_id', '=', scheduleId)
    .where('scheduled_for', '=', scheduledFor)
    .executeTakeFirst();
  return found !== undefined;
}

export type QueuedRunRow = {
  readonly flowRunId: FlowRunId;
  readonly deploymentId: DeploymentId | null;
  readonly scheduleId: ScheduleId | null;
  readonly scheduledFor: number;
  readonly pool: string;
  readonly priority: number;
  readonly limits: readonly string[];
  /** How many are left. */
  readonly crashRetries: number;
  readonly workerId: WorkerId | null;
  readonly waitsSince: number | null;
  readonly endedAt: number | null;
};

/** How a flow run stands in the queue; undefined for one that was never queued. */
export async function getQueuedRun(db: RegistryDb, id: FlowRunId): Promise<QueuedRunRow | undefined> {
  const row = await db.selectFrom('queued_runs').selectAll().where('flow_run_id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toQueuedRun(row);
}

function toQueuedRun(row: Selectable<QueuedRunsTable>): QueuedRunRow {
  return {
    flowRunId: row.flow_run_id as FlowRunId,
    deploymentId: row.deployment_id as DeploymentId | null,
    scheduleId: row.schedule_id as ScheduleId | null,
    scheduledFor: row.scheduled_for,
    pool: row.pool,
    priority: row.priority,
    limits: limitsOf(row),
    crashRetries: row.crash_retries,
    workerId: row.worker_id as WorkerId | null,
    waitsSince: row.waits_since,
    endedAt: row.ended_at,
  };
}

/** The names in `queued_runs.limits_json`. */
export function limitsOf(row: Pick<QueuedRunsTable, 'limits_json' | 'flow_run_id'>): readonly string[] {
  if (row.limits_json === '[]') return [];
  return parseJsonColumn(stringListSchema, row.limits_json, 'queued_runs.limits_json', row.flow_run_id);
}
