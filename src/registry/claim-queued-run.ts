import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { DeploymentSpec } from '../core/deployment.ts';
import type { FlowRunId, WorkerId } from '../core/ids.ts';
import { listConcurrencyLimits } from './concurrency-limits.ts';
import type { QueuedRunsTable } from './deployment-tables.ts';
import { writeFlowState } from './flow-run-states.ts';
import { parseJsonColumn } from './json-columns.ts';
import { sql } from './kysely.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { limitsOf } from './queued-runs.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { readOccupancy } from './running-queued-runs.ts';
import type { Occupancy } from './running-queued-runs.ts';
import { getWorkPool } from './work-pools.ts';
import type { WorkPoolRow } from './work-pools.ts';

export type Claimant = {
  readonly pool: string;
  readonly workerId: WorkerId;
  /** The worker's process: the run is its own until the process that executes it takes it over. */
  readonly owner: ProcessIdentity;
  /** Milliseconds UTC. */
  readonly now: number;
};

export type ClaimedRun = { readonly flowRunId: FlowRunId; readonly attempt: number };

/**
 * Takes the next run of a pool: of those that are due and for which pool, deployment and named limits have room, the one with
 * the lowest priority number, then the one that was due first. It goes from Scheduled to Pending; no two workers get one run.
 * Where there is nothing to take nothing is written and no lock is held.
 */
export async function claimQueuedRun(db: RegistryDb, claimant: Claimant): Promise<ClaimedRun | undefined> {
  const { pool, workerId, owner, now } = claimant;
  if ((await findClaimable(db, pool, now)) === undefined) return undefined;
  return withTransaction(db, async (transaction) => {
    const run = await findClaimable(transaction, pool, now);
    if (run === undefined) return undefined;
    const { flowRunId: id, attempt } = run;
    const to = { kind: 'Pending', at: now } as const;
    await writeFlowState(transaction, { id, attempt, from: ['Scheduled'], to, patch: { owner } });
    await transaction
      .updateTable('queued_runs')
      .set({ worker_id: workerId, waits_since: null })
      .where('flow_run_id', '=', id)
      .execute();
    return run;
  });
}

async function findClaimable(db: RegistryDb, poolName: string, now: number): Promise<ClaimedRun | undefined> {
  let last: Waiting | undefined;
  let room: Room | undefined;
  for (;;) {
    const page = await listWaiting(db, poolName, now, last);
    if (page.length === 0) return undefined;
    room ??= await readRoom(db, poolName);
    if (room.poolIsClosed) return undefined;
    const found = page.find((run) => fits(run, room!));
    if (found !== undefined) return { flowRunId: found.flow_run_id as FlowRunId, attempt: found.attempt };
    last = page.at(-1);
  }
}

type Waiting = Pick<
  Selectable<QueuedRunsTable>,
  'flow_run_id' | 'priority' | 'scheduled_for' | 'deployment_id' | 'limits_json'
> & { readonly attempt: number; readonly spec_json: string | null };

/** A page of the pool's runs that are due, in the order in which they are taken. */
async function listWaiting(db: RegistryDb, pool: string, now: number, after: Waiting | undefined): Promise<Waiting[]> {
  return db
    .selectFrom('queued_runs as queued')
    .innerJoin('flow_runs', 'flow_runs.id', 'queued.flow_run_id')
    .leftJoin('deployments', 'deployments.id', 'queued.deployment_id')
    .select([
      'queued.flow_run_id',
      'queued.priority',
      'queued.scheduled_for',
      'queued.deployment_id',
      'queued.limits_json',
      'flow_runs.attempt',
      'deployments.spec_json',
    ])
    .where('queued.pool', '=', pool)
    .where('queued.waits_since', 'is not', null)
    .where('queued.scheduled_for', '<=', now)
    .where('flow_runs.state_kind', '=', 'Scheduled')
    .where('flow_runs.deleted_at', 'is', null)
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(queued.priority, queued.scheduled_for, queued.flow_run_id) > (${after!.priority}, ${after!.scheduled_for}, ${after!.flow_run_id})`,
      ),
    )
    .orderBy('queued.priority')
    .orderBy('queued.scheduled_for')
    .orderBy('queued.flow_run_id')
    .limit(PAGE)
    .execute();
}

const PAGE = 100;

type Room = {
  readonly poolIsClosed: boolean;
  readonly occupancy: Occupancy;
  readonly slots: ReadonlyMap<string, number>;
};

async function readRoom(db: RegistryDb, name: string): Promise<Room> {
  const pool = await getWorkPool(db, name);
  const occupancy = await readOccupancy(db);
  const limits = await listConcurrencyLimits(db);
  return {
    poolIsClosed: pool?.pausedAt !== null || isFull(pool, occupancy),
    occupancy,
    slots: new Map(limits.map((limit) => [limit.name, limit.slots])),
  };
}

function isFull({ name, concurrency }: WorkPoolRow, { pools }: Occupancy): boolean {
  return concurrency !== null && (pools.get(name) ?? 0) >= concurrency;
}

/** A limit that was deleted holds nothing back, nor does a deployment that was. */
function fits(run: Waiting, { occupancy, slots }: Room): boolean {
  const { deployment_id: deployment, spec_json: spec } = run;
  if (deployment !== null && spec !== null) {
    const { concurrency = Infinity } = parseJsonColumn(specSchema, spec, 'deployments.spec_json', deployment);
    if ((occupancy.deployments.get(deployment) ?? 0) >= concurrency) return false;
  }
  return limitsOf(run).every((name) => (occupancy.limits.get(name) ?? 0) < (slots.get(name) ?? Infinity));
}

const specSchema: z.ZodType<Pick<DeploymentSpec, 'concurrency'>> = z.object({
  concurrency: z.number().exactOptional(),
});
