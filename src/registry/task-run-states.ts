import type { CompiledQuery } from 'kysely';
import type { TaskRunId } from '../core/ids.ts';
import { isTerminal, TERMINAL_KINDS } from '../core/run-state.ts';
import type { RunState, RunStateKind } from '../core/run-state.ts';
import { writeFenced } from './fenced-write.ts';
import { selectFence, type FlowFence } from './flow-fence.ts';
import { precompiled } from './precompiled.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { insertResult } from './results.ts';
import type { NewResult } from './results.ts';
import { appendState, insertState } from './state-history.ts';

export type TaskRunStart = FlowFence & {
  readonly id: TaskRunId;
  readonly parentTaskRunId: TaskRunId | null;
  readonly taskName: string;
  readonly taskVersion: string;
  readonly callKey: string;
  readonly inputHash: string;
  /** The input as JSON text. */
  readonly inputJson: string;
  readonly name: string;
  readonly tags: readonly string[];
  /** Entered one after the other, e.g. Pending, Running; the last one is the state it is left in. */
  readonly states: readonly [RunState, ...RunState[]];
};

/**
 * Records a task's first attempt, in one transaction.
 * @returns false when the flow run is fenced: nothing was written.
 */
export async function startTaskRun(db: RegistryDb, start: TaskRunStart): Promise<boolean> {
  const last = lastOf(start.states);
  const row: NewTaskRun = {
    ...start,
    tagsJson: start.tags.length === 0 ? null : JSON.stringify(start.tags),
    stateKind: last.kind,
    stateJson: JSON.stringify(last),
    createdAt: start.states[0].at,
    startedAt: startedAtOf(start.states),
  };
  const history = insertStates(db, { id: start.id, attempt: 1 }, start.states);
  return writeFenced(db, [selectFence(db, start), insertTaskRun(db, row), ...history]);
}

export type TaskAttemptStart = FlowFence & {
  readonly id: TaskRunId;
  /** The attempt that begins: one more than the recorded. */
  readonly attempt: number;
  readonly states: readonly [RunState, ...RunState[]];
};

/**
 * Begins the next attempt of a recorded task run, in one transaction; its earlier result no longer counts.
 * @returns false when the flow run is fenced or the task run is not at the attempt before.
 */
export async function beginTaskAttempt(db: RegistryDb, start: TaskAttemptStart): Promise<boolean> {
  const last = lastOf(start.states);
  const row: NextAttempt = {
    ...start,
    previousAttempt: start.attempt - 1,
    stateKind: last.kind,
    stateJson: JSON.stringify(last),
    startedAt: startedAtOf(start.states),
  };
  const history = insertStates(db, start, start.states);
  return writeFenced(db, [selectFence(db, start), updateToNextAttempt(db, row), ...history]);
}

export type TaskStateWrite = FlowFence & {
  readonly id: TaskRunId;
  readonly attempt: number;
  readonly from: readonly RunStateKind[];
  readonly to: RunState;
};

/**
 * Moves a task run to a state and adds it to the history, in one transaction.
 * @returns false when nothing was written: flow run or task run are at another attempt, or the state is none of `from`.
 */
export async function writeTaskState(db: RegistryDb, write: TaskStateWrite): Promise<boolean> {
  const { to } = write;
  const update = db
    .updateTable('task_runs')
    .set({
      state_kind: to.kind,
      state_json: JSON.stringify(to),
      ...(to.kind === 'Running' ? { started_at: to.at } : {}),
      ...(isTerminal(to.kind) ? { ended_at: to.at } : {}),
    })
    .where('id', '=', write.id)
    .where('attempt', '=', write.attempt)
    .where('state_kind', 'in', write.from);
  return writeFenced(db, [selectFence(db, write), update.compile(), ...insertStates(db, write, [to])]);
}

export type TaskRunEnd = FlowFence & {
  readonly id: TaskRunId;
  readonly attempt: number;
  /** A terminal state. */
  readonly to: RunState;
  /** A new result to record with it, or the id of a recorded one that was taken over from the cache. */
  readonly result?: NewResult | { readonly id: NewResult['id']; readonly recorded: true };
};

/**
 * Ends a task's attempt: result, state and history in one transaction.
 * @returns false when nothing was written: flow run or task run are at another attempt, or it has ended.
 */
export async function finishTaskRun(db: RegistryDb, end: TaskRunEnd): Promise<boolean> {
  const { to, result } = end;
  const row: End = {
    id: end.id,
    attempt: end.attempt,
    stateKind: to.kind,
    stateJson: JSON.stringify(to),
    endedAt: to.at,
    resultId: result?.id ?? null,
  };
  const newResult = result === undefined || 'recorded' in result ? [] : [insertResult(db, result)];
  return writeFenced(db, [selectFence(db, end), updateToEnd(db, row), ...newResult, ...insertStates(db, end, [to])]);
}

/**
 * Ends every task run of a flow run's attempt that has not ended, e.g. as Crashed by the reaper or Cancelled.
 * @returns how many; 0 when the flow run is at another attempt.
 */
export async function closeOpenTaskRuns(db: RegistryDb, close: FlowFence & { readonly to: RunState }): Promise<number> {
  return withTransaction(db, async (transaction) => {
    const flowRun = await transaction
      .selectFrom('flow_runs')
      .select('attempt')
      .where('id', '=', close.flowRunId)
      .executeTakeFirst();
    if (flowRun?.attempt !== close.flowAttempt) return 0;
    const open = await transaction
      .updateTable('task_runs')
      .set({ state_kind: close.to.kind, state_json: JSON.stringify(close.to), ended_at: close.to.at })
      .where('flow_run_id', '=', close.flowRunId)
      .where('state_kind', 'not in', TERMINAL_KINDS)
      .returning(['id', 'attempt'])
      .execute();
    for (const { id, attempt } of open) {
      await appendState(transaction, { kind: 'task', id: id as TaskRunId, attempt }, close.to);
    }
    return open.length;
  });
}

function lastOf(states: readonly [RunState, ...RunState[]]): RunState {
  return states[states.length - 1] ?? states[0];
}

function startedAtOf(states: readonly RunState[]): number | null {
  return states.find(({ kind }) => kind === 'Running')?.at ?? null;
}

function insertStates(
  db: RegistryDb,
  run: { readonly id: TaskRunId; readonly attempt: number },
  states: readonly RunState[],
): CompiledQuery[] {
  return states.map((state) => insertState(db, { kind: 'task', id: run.id, attempt: run.attempt }, state));
}

type NewTaskRun = Omit<TaskRunStart, 'states' | 'tags'> & {
  readonly tagsJson: string | null;
  readonly stateKind: RunStateKind;
  readonly stateJson: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
};

const insertTaskRun = precompiled((db, row: NewTaskRun) =>
  db.insertInto('task_runs').values({
    id: row.id,
    flow_run_id: row.flowRunId,
    flow_attempt: row.flowAttempt,
    parent_task_run_id: row.parentTaskRunId,
    task_name: row.taskName,
    task_version: row.taskVersion,
    call_key: row.callKey,
    input_hash: row.inputHash,
    input_json: row.inputJson,
    name: row.name,
    tags_json: row.tagsJson,
    state_kind: row.stateKind,
    state_json: row.stateJson,
    attempt: 1,
    created_at: row.createdAt,
    started_at: row.startedAt,
  }),
);

type NextAttempt = FlowFence & {
  readonly id: TaskRunId;
  readonly attempt: number;
  readonly previousAttempt: number;
  readonly stateKind: RunStateKind;
  readonly stateJson: string;
  readonly startedAt: number | null;
};

const updateToNextAttempt = precompiled((db, row: NextAttempt) =>
  db
    .updateTable('task_runs')
    .set({
      flow_attempt: row.flowAttempt,
      attempt: row.attempt,
      state_kind: row.stateKind,
      state_json: row.stateJson,
      started_at: row.startedAt,
      ended_at: null,
      result_id: null,
      progress_json: null,
      discarded_at: null,
    })
    .where('id', '=', row.id)
    .where('flow_run_id', '=', row.flowRunId)
    .where('attempt', '=', row.previousAttempt),
);

type End = {
  readonly id: TaskRunId;
  readonly attempt: number;
  readonly stateKind: RunStateKind;
  readonly stateJson: string;
  readonly endedAt: number;
  readonly resultId: string | null;
};

const updateToEnd = precompiled((db, row: End) =>
  db
    .updateTable('task_runs')
    .set({ state_kind: row.stateKind, state_json: row.stateJson, ended_at: row.endedAt, result_id: row.resultId })
    .where('id', '=', row.id)
    .where('attempt', '=', row.attempt)
    .where('ended_at', 'is', null),
);
