import type { FlowRunId } from '../core/ids.ts';
import { TERMINAL_KINDS } from '../core/run-state.ts';
import type { RunStateKind } from '../core/run-state.ts';
import type { RegistryDb } from './registry-db.ts';
import { sql } from './kysely.ts';

export type PruneFilter = {
  /** Milliseconds UTC. */
  readonly endedBefore: number;
  /** The newest so many (of the flow, where one is named) stay, whatever their age and state. */
  readonly keep: number;
  readonly flow?: string | undefined;
  readonly states?: readonly RunStateKind[] | undefined;
};

export type PrunableRun = {
  readonly id: FlowRunId;
  readonly name: string;
  readonly flow: string;
  readonly state: RunStateKind;
  readonly endedAt: number;
  /** A model version that is not deleted and that the run, or a subflow run of it, made: `signs/3`. */
  readonly madeModel: string | null;
};

/** Root flow runs that have ended and fit, oldest first. */
export async function listPrunableFlowRuns(db: RegistryDb, filter: PruneFilter): Promise<PrunableRun[]> {
  const { endedBefore, keep, flow, states = TERMINAL_KINDS } = filter;
  const oldestKept = keep === 0 ? undefined : await newestRoot(db, flow, keep);
  if (keep > 0 && oldestKept === undefined) return [];
  const rows = await db
    .selectFrom('flow_runs')
    .select(['id', 'name', 'flow_name', 'state_kind', 'ended_at'])
    .where('parent_flow_run_id', 'is', null)
    .where('deleted_at', 'is', null)
    .where('ended_at', '<', endedBefore)
    .where(
      'state_kind',
      'in',
      TERMINAL_KINDS.filter((kind) => states.includes(kind)),
    )
    .$if(flow !== undefined, (query) => query.where('flow_name', '=', flow!))
    .$if(oldestKept !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${oldestKept!.created_at}, ${oldestKept!.id})`),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const made = await modelsMade(db);
  return rows.map((row) => ({
    id: row.id as FlowRunId,
    name: row.name,
    flow: row.flow_name,
    state: row.state_kind as RunStateKind,
    endedAt: row.ended_at ?? 0,
    madeModel: made.get(row.id) ?? null,
  }));
}

async function newestRoot(
  db: RegistryDb,
  flow: string | undefined,
  nth: number,
): Promise<{ created_at: number; id: string } | undefined> {
  return db
    .selectFrom('flow_runs')
    .select(['created_at', 'id'])
    .where('parent_flow_run_id', 'is', null)
    .where('deleted_at', 'is', null)
    .$if(flow !== undefined, (query) => query.where('flow_name', '=', flow!))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(nth - 1)
    .executeTakeFirst();
}

async function modelsMade(db: RegistryDb): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('model_versions')
    .innerJoin('flow_runs', 'flow_runs.id', 'model_versions.flow_run_id')
    .select(['flow_runs.root_flow_run_id as root', 'model_versions.model_name as model', 'model_versions.version'])
    .where('model_versions.deleted_at', 'is', null)
    .execute();
  return new Map(rows.map(({ root, model, version }) => [root, `${model}/${version}`]));
}
