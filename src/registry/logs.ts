import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import { LOG_LEVELS } from '../core/logger.ts';
import type { LogData, LogLevel } from '../core/logger.ts';
import { writeFenced } from './fenced-write.ts';
import { listFlowRunTree } from './flow-run-tree.ts';
import { jsonObjectSchema, parseNullableJsonColumn } from './json-columns.ts';
import { precompiled } from './precompiled.ts';
import type { RegistryDb } from './registry-db.ts';

export type NewLog = {
  readonly flowRunId: FlowRunId;
  readonly taskRunId: TaskRunId | null;
  readonly level: LogLevel;
  readonly message: string;
  readonly data?: LogData;
  readonly at: number;
};

export type LogRow = Required<Omit<NewLog, 'data'>> & {
  /** Grows with every line: what a follower remembers. */
  readonly id: number;
  readonly data: LogData | null;
};

/** Adds log lines, in their order, in one transaction. */
export async function appendLogs(db: RegistryDb, logs: readonly NewLog[]): Promise<void> {
  if (logs.length === 0) return;
  const inserts = logs.map(({ data, ...log }) =>
    insertLog(db, { ...log, dataJson: data === undefined ? null : JSON.stringify(data) }),
  );
  await writeFenced(db, inserts);
}

const insertLog = precompiled((db, log: Omit<NewLog, 'data'> & { readonly dataJson: string | null }) =>
  db.insertInto('logs').values({
    flow_run_id: log.flowRunId,
    task_run_id: log.taskRunId,
    level: log.level,
    message: log.message,
    data_json: log.dataJson,
    at: log.at,
  }),
);

export type LogFilter = {
  readonly flowRunId: FlowRunId;
  /** With the lines of its subflow runs, and theirs. */
  readonly withSubflows?: boolean;
  readonly taskRunId?: TaskRunId;
  readonly afterId?: number;
  readonly minLevel?: LogLevel;
  /** At most the first so many; with `tail` at most the last. */
  readonly limit?: number;
  readonly tail?: boolean;
};

/** Log lines in the order they were written. */
export async function listLogs(db: RegistryDb, filter: LogFilter): Promise<LogRow[]> {
  const { flowRunId, withSubflows = false, taskRunId, afterId, minLevel = 'debug', limit, tail = false } = filter;
  const flowRunIds = withSubflows ? await listFlowRunTree(db, flowRunId) : [flowRunId];
  const rows = await db
    .selectFrom('logs')
    .selectAll()
    .where('flow_run_id', 'in', flowRunIds)
    .where('level', 'in', LOG_LEVELS.slice(LOG_LEVELS.indexOf(minLevel)))
    .$if(taskRunId !== undefined, (query) => query.where('task_run_id', '=', taskRunId!))
    .$if(afterId !== undefined, (query) => query.where('id', '>', afterId!))
    .orderBy('id', tail ? 'desc' : 'asc')
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .execute();
  const lines = rows.map((row) => ({
    id: row.id,
    flowRunId: row.flow_run_id as FlowRunId,
    taskRunId: row.task_run_id as TaskRunId | null,
    level: row.level as LogLevel,
    message: row.message,
    data: parseNullableJsonColumn(jsonObjectSchema, row.data_json, 'logs.data_json', String(row.id)),
    at: row.at,
  }));
  return tail ? lines.reverse() : lines;
}
