import type { CompiledQuery } from 'kysely';
import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import type { RunState } from '../core/run-state.ts';
import { parseJsonColumn } from './json-columns.ts';
import { precompiled } from './precompiled.ts';
import type { RegistryDb } from './registry-db.ts';
import { runStateSchema } from './run-state-schema.ts';

export type StateChange = { readonly attempt: number; readonly state: RunState };

/** Adds a state to a run's history; the caller writes it to the run itself in the same transaction. */
export async function appendState(db: RegistryDb, run: RunAttempt, state: RunState): Promise<void> {
  await db.executeQuery(insertState(db, run, state));
}

export type RunAttempt = {
  readonly kind: 'flow' | 'task';
  readonly id: FlowRunId | TaskRunId;
  readonly attempt: number;
};

/** The query that adds a state to a run's history. */
export function insertState(
  db: RegistryDb,
  run: RunAttempt,
  state: RunState,
  stateJson = JSON.stringify(state),
): CompiledQuery {
  return insertRow(db, {
    kind: run.kind,
    id: run.id,
    attempt: run.attempt,
    stateKind: state.kind,
    stateJson,
    at: state.at,
  });
}

/** Every state a flow run or task run has been in, oldest first. */
export async function listStateHistory(db: RegistryDb, runId: FlowRunId | TaskRunId): Promise<StateChange[]> {
  const rows = await db
    .selectFrom('state_history')
    .select(['attempt', 'state_json'])
    .where('run_id', '=', runId)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    attempt: row.attempt,
    state: parseJsonColumn(runStateSchema, row.state_json, 'state_history.state_json', runId),
  }));
}

type NewState = {
  kind: 'flow' | 'task';
  id: string;
  attempt: number;
  stateKind: string;
  stateJson: string;
  at: number;
};

const insertRow = precompiled((db, row: NewState) =>
  db.insertInto('state_history').values({
    run_kind: row.kind,
    run_id: row.id,
    attempt: row.attempt,
    state_kind: row.stateKind,
    state_json: row.stateJson,
    at: row.at,
  }),
);
