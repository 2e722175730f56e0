import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { FlowRunId, ResultId, TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Progress } from '../core/logger.ts';
import type { RunState } from '../core/run-state.ts';
import {
  jsonObjectSchema,
  jsonSchema,
  parseJsonColumn,
  parseNullableJsonColumn,
  stringListSchema,
} from './json-columns.ts';
import { runStateSchema } from './run-state-schema.ts';
import type { TaskRunsTable } from './run-tables.ts';

export type TaskRunRow = {
  readonly id: TaskRunId;
  readonly flowRunId: FlowRunId;
  readonly flowAttempt: number;
  readonly parentTaskRunId: TaskRunId | null;
  readonly taskName: string;
  readonly taskVersion: string;
  readonly callKey: string;
  readonly inputHash: string;
  readonly input: Json;
  readonly name: string;
  readonly tags: readonly string[];
  readonly state: RunState;
  readonly attempt: number;
  readonly resultId: ResultId | null;
  readonly progress: Progress | null;
  readonly createdAt: number;
  /** When its latest attempt began to run. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Set when a retry from a task must execute it again instead of taking its result. */
  readonly discardedAt: number | null;
};

/** The row as the rest of the program knows it, its JSON columns checked. */
export function toTaskRun(row: Selectable<TaskRunsTable>): TaskRunRow {
  return {
    id: row.id as TaskRunId,
    flowRunId: row.flow_run_id as FlowRunId,
    flowAttempt: row.flow_attempt,
    parentTaskRunId: row.parent_task_run_id as TaskRunId | null,
    taskName: row.task_name,
    taskVersion: row.task_version,
    callKey: row.call_key,
    inputHash: row.input_hash,
    input: parseJsonColumn(jsonSchema, row.input_json, 'task_runs.input_json', row.id),
    name: row.name,
    tags: parseNullableJsonColumn(stringListSchema, row.tags_json, 'task_runs.tags_json', row.id) ?? [],
    state: parseJsonColumn(runStateSchema, row.state_json, 'task_runs.state_json', row.id),
    attempt: row.attempt,
    resultId: row.result_id as ResultId | null,
    progress: parseNullableJsonColumn(progressSchema, row.progress_json, 'task_runs.progress_json', row.id),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    discardedAt: row.discarded_at,
  };
}

const progressSchema: z.ZodType<Progress> = z.object({
  done: z.number(),
  total: z.number().exactOptional(),
  unit: z.string(),
  label: z.string().exactOptional(),
  table: z.array(jsonObjectSchema).exactOptional(),
});
