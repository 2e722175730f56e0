import { closestName } from '../core/closest-name.ts';
import { shortId } from '../core/ids.ts';
import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { isTerminal, OPEN_KINDS } from '../core/run-state.ts';
import type { RunState, RunStateKind } from '../core/run-state.ts';
import { findOne } from './find-one.ts';
import { toFlowRun } from './flow-run-row.ts';
import type { FlowRunRow } from './flow-run-row.ts';
import { listMatchingIds } from './matching-ids.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { appendState } from './state-history.ts';

export type NewFlowRun = {
  readonly id: FlowRunId;
  readonly flowName: string;
  readonly name: string;
  readonly state: RunState;
  /** Its own id for a root run. */
  readonly rootFlowRunId: FlowRunId;
  readonly parentFlowRunId?: FlowRunId;
  readonly parentTaskRunId?: TaskRunId;
  readonly callKey?: string;
  readonly parameters: Json;
  readonly tags: readonly string[];
  readonly codeVersion: string;
  readonly owner?: ProcessIdentity;
  readonly entrypoint?: string;
  readonly createdAt: number;
};

/** Records a new flow run, attempt 1, with its first state. */
export async function insertFlowRun(db: RegistryDb, run: NewFlowRun): Promise<void> {
  const stateJson = JSON.stringify(run.state);
  await withTransaction(db, async (transaction) => {
    await transaction
      .insertInto('flow_runs')
      .values({
        id: run.id,
        flow_name: run.flowName,
        name: run.name,
        state_kind: run.state.kind,
        state_json: stateJson,
        attempt: 1,
        root_flow_run_id: run.rootFlowRunId,
        parent_flow_run_id: run.parentFlowRunId ?? null,
        parent_task_run_id: run.parentTaskRunId ?? null,
        call_key: run.callKey ?? null,
        parameters_json: JSON.stringify(run.parameters),
        tags_json: JSON.stringify(run.tags),
        code_version: run.codeVersion,
        owner_json: run.owner === undefined ? null : JSON.stringify(run.owner),
        heartbeat_seq: 0,
        entrypoint: run.entrypoint ?? null,
        created_at: run.createdAt,
        started_at: run.state.kind === 'Running' ? run.state.at : null,
        ended_at: isTerminal(run.state.kind) ? run.state.at : null,
      })
      .execute();
    await appendState(transaction, { kind: 'flow', id: run.id, attempt: 1 }, run.state);
  });
}

/** The flow run, or undefined when there is none with this id. */
export async function getFlowRun(db: RegistryDb, id: FlowRunId): Promise<FlowRunRow | undefined> {
  const row = await db
    .selectFrom('flow_runs')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? undefined : toFlowRun(row);
}

/**
 * The flow run a person means: by id, the beginning or the end of an id (as lists show it), or run name.
 * @throws NotFoundError; UsageError naming the candidates when several fit.
 */
export async function findFlowRun(db: RegistryDb, idOrName: string): Promise<FlowRunRow> {
  const { ids, total } = await listMatchingIds(db, { table: 'flow_runs', wanted: idOrName, named: true });
  const rows = await db
    .selectFrom('flow_runs')
    .selectAll()
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  const found = findOne(rows, {
    what: 'flow run',
    wanted: idOrName,
    total: rows.length < ids.length ? rows.length : total,
    isExact: (row) => row.id === idOrName,
    describe: (row) => `${row.id} (${row.name}, ${row.state_kind})`,
    hint: rows.length === 0 ? await nearestRun(db, idOrName) : undefined,
    list: 'mlflow-ts runs ls',
  });
  return toFlowRun(found);
}

/** The newest runs are the ones people type the names and ids of. */
async function nearestRun(db: RegistryDb, wanted: string): Promise<string | undefined> {
  const newest = await listFlowRuns(db, { limit: 200 });
  const closest = closestName(wanted, [...newest.map(({ name }) => name), ...newest.map(({ id }) => shortId(id))]);
  return closest === undefined ? undefined : `Did you mean "${closest}"?`;
}

export type FlowRunFilter = {
  readonly flow?: string;
  readonly states?: readonly RunStateKind[];
  /** Created at or after, milliseconds UTC. */
  readonly since?: number;
  /** Created before, milliseconds UTC. */
  readonly before?: number;
  readonly limit?: number;
  /** `roots`: without subflow runs; an id: the subflow runs of that flow run. Default `all`. */
  readonly parent?: 'roots' | 'all' | FlowRunId;
};

/** Flow runs, newest first. */
export async function listFlowRuns(db: RegistryDb, filter: FlowRunFilter = {}): Promise<FlowRunRow[]> {
  const { states = [], limit = Infinity } = filter;
  if (states.length < 2) return listInState(db, filter, states[0]);
  // Within one state an index gives the newest first; within several, all of them would have to be sorted.
  const lists = await Promise.all([...new Set(states)].map((state) => listInState(db, filter, state)));
  return lists.flat().sort(newestFirst).slice(0, limit);
}

async function listInState(
  db: RegistryDb,
  { flow, since, before, limit, parent = 'all' }: FlowRunFilter,
  state: RunStateKind | undefined,
): Promise<FlowRunRow[]> {
  const rows = await db
    .selectFrom('flow_runs')
    .selectAll()
    .where('deleted_at', 'is', null)
    .$if(flow !== undefined, (query) => query.where('flow_name', '=', flow!))
    .$if(state !== undefined, (query) => query.where('state_kind', '=', state!))
    .$if(since !== undefined, (query) => query.where('created_at', '>=', since!))
    .$if(before !== undefined, (query) => query.where('created_at', '<', before!))
    .$if(parent === 'roots', (query) => query.where('parent_flow_run_id', 'is', null))
    .$if(parent !== 'roots' && parent !== 'all', (query) => query.where('parent_flow_run_id', '=', parent))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .execute();
  return rows.map(toFlowRun);
}

function newestFirst(left: FlowRunRow, right: FlowRunRow): number {
  return right.createdAt - left.createdAt || (left.id < right.id ? 1 : -1);
}

/** Flow runs that are not in a terminal state, oldest first. */
export async function listOpenFlowRuns(db: RegistryDb): Promise<FlowRunRow[]> {
  const rows = await db
    .selectFrom('flow_runs')
    .selectAll()
    .where('state_kind', 'in', OPEN_KINDS)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toFlowRun);
}

/** Root flow runs that are not in a terminal state and belong to a process, oldest first. What only waits is left out. */
export async function listOwnedFlowRuns(db: RegistryDb): Promise<FlowRunRow[]> {
  const rows = await db
    .selectFrom('flow_runs')
    .selectAll()
    .where('state_kind', 'in', OPEN_KINDS)
    .where('owner_json', 'is not', null)
    .where('parent_flow_run_id', 'is', null)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toFlowRun);
}

/** Whether a process runs a flow; one whose runs were all taken over by others works for nobody. */
export async function ownsOpenFlowRun(db: RegistryDb, owner: ProcessIdentity): Promise<boolean> {
  return (await listOpenFlowRuns(db)).some(
    (run) =>
      run.owner?.host === owner.host &&
      run.owner.bootId === owner.bootId &&
      run.owner.pid === owner.pid &&
      run.owner.processStart === owner.processStart,
  );
}

/** The subflow run that an earlier attempt of the parent made for this call. */
export async function findSubflowRun(
  db: RegistryDb,
  call: { readonly parentFlowRunId: FlowRunId; readonly callKey: string },
): Promise<FlowRunRow | undefined> {
  const row = await db
    .selectFrom('flow_runs')
    .selectAll()
    .where('parent_flow_run_id', '=', call.parentFlowRunId)
    .where('call_key', '=', call.callKey)
    .executeTakeFirst();
  return row === undefined ? undefined : toFlowRun(row);
}
