import { shortId, type FlowRunId } from '../core/ids.ts';
import { NotFoundError } from '../core/errors.ts';
import { listFlowRunTree } from './flow-run-tree.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

export type DiscardFrom = {
  readonly flowRunId: FlowRunId;
  /** A task's name, the name of one task run (`train-2`), or a task run's id or its short form. */
  readonly taskName: string;
  readonly at: number;
};

/**
 * Marks the results of a task, or of one of its runs, and of everything in the flow run's tree that started after the task first started, so
 * that a retry executes them again. Task runs and subflow runs that hold such work are marked too: they must be entered.
 * @returns how many task runs are marked.
 * @throws NotFoundError naming the tasks of the tree when there is none of this name.
 */
export async function discardTaskResults(db: RegistryDb, from: DiscardFrom): Promise<number> {
  return withTransaction(db, async (transaction) => {
    const flowRuns = await readFlowRuns(transaction, from.flowRunId);
    const taskRuns = await readTaskRuns(transaction, flowRuns);
    const first = findFirst(taskRuns, from.taskName);
    if (first === undefined) throw unknownTask(from, taskRuns);

    // Ids are UUIDv7: their order is that of creation. The flow run itself is being retried anyway.
    const marked = new Set(
      [...flowRuns, ...taskRuns].filter(({ id }) => id >= first.id && id !== from.flowRunId).map(({ id }) => id),
    );
    const parents = new Map<string, readonly (string | null)[]>([
      ...flowRuns.map((run) => [run.id, [run.parent_flow_run_id, run.parent_task_run_id]] as const),
      ...taskRuns.map((run) => [run.id, [run.flow_run_id, run.parent_task_run_id]] as const),
    ]);
    for (const id of marked) {
      // A set is iterated over what is added meanwhile: this climbs up to the flow run that is retried.
      for (const parent of parents.get(id) ?? []) {
        if (parent !== null && parent !== from.flowRunId && parents.has(parent)) marked.add(parent);
      }
    }
    const markedTasks = taskRuns.filter(({ id }) => marked.has(id)).map(({ id }) => id);
    const markedFlows = flowRuns.filter(({ id }) => marked.has(id)).map(({ id }) => id);
    await mark(transaction, 'task_runs', markedTasks, from.at);
    await expireOwnResults(transaction, markedTasks, from.at);
    await mark(transaction, 'flow_runs', markedFlows, from.at);
    return markedTasks.length;
  });
}

type FlowRunLinks = { id: string; parent_flow_run_id: string | null; parent_task_run_id: string | null };
type TaskRunLinks = {
  id: string;
  task_name: string;
  name: string;
  flow_run_id: string;
  parent_task_run_id: string | null;
};

/** The first run of the task of that name; else the task run that is called so. */
function findFirst(taskRuns: readonly TaskRunLinks[], wanted: string): TaskRunLinks | undefined {
  return (
    taskRuns.find((run) => run.task_name === wanted) ??
    taskRuns.find((run) => run.name === wanted || run.id === wanted || shortId(run.id) === wanted)
  );
}

async function readFlowRuns(db: RegistryDb, id: FlowRunId): Promise<FlowRunLinks[]> {
  return db
    .selectFrom('flow_runs')
    .select(['id', 'parent_flow_run_id', 'parent_task_run_id'])
    .where('id', 'in', await listFlowRunTree(db, id))
    .execute();
}

async function readTaskRuns(db: RegistryDb, flowRuns: readonly FlowRunLinks[]): Promise<TaskRunLinks[]> {
  if (flowRuns.length === 0) return [];
  return db
    .selectFrom('task_runs')
    .select(['id', 'task_name', 'name', 'flow_run_id', 'parent_task_run_id'])
    .where(
      'flow_run_id',
      'in',
      flowRuns.map(({ id }) => id),
    )
    .orderBy('id')
    .execute();
}

async function mark(
  db: RegistryDb,
  table: 'task_runs' | 'flow_runs',
  ids: readonly string[],
  at: number,
): Promise<void> {
  for (let start = 0; start < ids.length; start += MAX_LIST) {
    await db
      .updateTable(table)
      .set({ discarded_at: at })
      .where('id', 'in', ids.slice(start, start + MAX_LIST))
      .execute();
  }
}

/** Results that these task runs computed themselves may not come back from the cache either. */
async function expireOwnResults(db: RegistryDb, taskRunIds: readonly string[], at: number): Promise<void> {
  for (let start = 0; start < taskRunIds.length; start += MAX_LIST) {
    const resultIds = db
      .selectFrom('task_runs')
      .select('result_id')
      .where('id', 'in', taskRunIds.slice(start, start + MAX_LIST))
      .where('state_kind', '=', 'Completed');
    await db.updateTable('results').set({ expires_at: at }).where('id', 'in', resultIds).execute();
  }
}

const MAX_LIST = 500;

function unknownTask(from: DiscardFrom, taskRuns: readonly TaskRunLinks[]): NotFoundError {
  const names = [...new Set(taskRuns.map((taskRun) => taskRun.task_name))];
  const known = names.length === 0 ? 'It has executed no task yet.' : `Its tasks are: ${names.join(', ')}.`;
  return new NotFoundError(`Flow run ${from.flowRunId} has no task ${from.taskName}. ${known}`, {
    details: { taskName: from.taskName, tasks: names },
  });
}
