import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import type { Progress } from '../core/logger.ts';
import { findOne, likeText } from './find-one.ts';
import { precompiled } from './precompiled.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { toTaskRun } from './task-run-row.ts';
import type { TaskRunRow } from './task-run-row.ts';
import { sql } from './kysely.ts';

/** The task run, or undefined when there is none with this id. */
export async function getTaskRun(db: RegistryDb, id: TaskRunId): Promise<TaskRunRow | undefined> {
  const row = await db.selectFrom('task_runs').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toTaskRun(row);
}

/**
 * The task run of a flow run that a person means: by id, the beginning or end of an id, or run name.
 * @throws NotFoundError; UsageError naming the candidates when several fit.
 */
export async function findTaskRun(db: RegistryDb, flowRunId: FlowRunId, idOrName: string): Promise<TaskRunRow> {
  const rows = await db
    .selectFrom('task_runs')
    .selectAll()
    .where('flow_run_id', '=', flowRunId)
    .where((where) =>
      where.or([
        where('id', 'like', `${likeText(idOrName)}%`),
        where('id', 'like', `%${likeText(idOrName)}`),
        where('name', '=', idOrName),
      ]),
    )
    .orderBy('id')
    .execute();
  const found = findOne(rows, {
    what: 'task run',
    wanted: idOrName,
    isExact: (row) => row.id === idOrName,
    describe: (row) => `${row.id} (${row.name}, ${row.state_kind})`,
    list: `mlflow-ts runs show ${flowRunId}`,
  });
  return toTaskRun(found);
}

/** The task runs of a flow run (not those of its subflow runs), in the order they were created. */
export async function listTaskRuns(db: RegistryDb, flowRunId: FlowRunId): Promise<TaskRunRow[]> {
  const rows = await db
    .selectFrom('task_runs')
    .selectAll()
    .where('flow_run_id', '=', flowRunId)
    .orderBy('id')
    .execute();
  return rows.map(toTaskRun);
}

/** What identifies a task call within a flow run, over all of its attempts. */
export type TaskCall = {
  readonly flowRunId: FlowRunId;
  readonly parentTaskRunId: TaskRunId | null;
  readonly taskName: string;
  readonly inputHash: string;
  readonly callKey: string;
};

/** The task run that an earlier attempt of the flow run made for this call. */
export async function findTaskRunByCall(db: RegistryDb, call: TaskCall): Promise<TaskRunRow | undefined> {
  const { rows } = await db.executeQuery(selectByCall(db, { ...call, parentOrEmpty: call.parentTaskRunId ?? '' }));
  return rows[0] === undefined ? undefined : toTaskRun(rows[0]);
}

const selectByCall = precompiled((db, call: TaskCall & { readonly parentOrEmpty: string }) =>
  db
    .selectFrom('task_runs')
    .selectAll()
    .where('flow_run_id', '=', call.flowRunId)
    .where('task_name', '=', call.taskName)
    .where('input_hash', '=', call.inputHash)
    .where('call_key', '=', call.callKey)
    .where((where) => where(sql<string>`coalesce(parent_task_run_id, '')`, '=', call.parentOrEmpty)),
);

export type TaskProgress = { readonly id: TaskRunId; readonly attempt: number; readonly progress: Progress };

/** Writes the latest progress of several task runs; that of an older attempt, or of one that has ended, is left out. */
export async function updateTaskProgress(db: RegistryDb, updates: readonly TaskProgress[]): Promise<void> {
  if (updates.length === 0) return;
  await withTransaction(db, async (transaction) => {
    for (const { id, attempt, progress } of updates) {
      const update = { id, attempt, progressJson: JSON.stringify(progress) };
      await transaction.executeQuery(updateProgress(transaction, update));
    }
  });
}

type ProgressUpdate = { readonly id: TaskRunId; readonly attempt: number; readonly progressJson: string };

const updateProgress = precompiled((db, update: ProgressUpdate) =>
  db
    .updateTable('task_runs')
    .set({ progress_json: update.progressJson })
    .where('id', '=', update.id)
    .where('attempt', '=', update.attempt)
    .where('ended_at', 'is', null),
);
