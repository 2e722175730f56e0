import { TERMINAL_KINDS } from '../core/run-state.ts';
import { limitsOf } from './queued-runs.ts';
import type { RegistryDb } from './registry-db.ts';

/**
 * How much of pools, deployments and named limits is taken. It is counted from the flow runs that workers run, so nothing has
 * to be given back: what has ended, whoever ended it, takes nothing any more.
 */
export type Occupancy = {
  readonly pools: ReadonlyMap<string, number>;
  readonly deployments: ReadonlyMap<string, number>;
  readonly limits: ReadonlyMap<string, number>;
};

/** Counts the queued runs that a worker has taken and that have not ended; a run that waits for its own retry counts too. */
export async function readOccupancy(db: RegistryDb): Promise<Occupancy> {
  const rows = await db
    .selectFrom('queued_runs')
    .innerJoin('flow_runs', 'flow_runs.id', 'queued_runs.flow_run_id')
    .select(['queued_runs.flow_run_id', 'queued_runs.pool', 'queued_runs.deployment_id', 'queued_runs.limits_json'])
    .where('queued_runs.waits_since', 'is', null)
    .where('queued_runs.ended_at', 'is', null)
    .where('flow_runs.state_kind', 'not in', TERMINAL_KINDS)
    .execute();
  return {
    pools: countOf(rows.map(({ pool }) => pool)),
    deployments: countOf(rows.flatMap((row) => row.deployment_id ?? [])),
    limits: countOf(rows.flatMap(limitsOf)),
  };
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
