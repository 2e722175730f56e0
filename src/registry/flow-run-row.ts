import type { Selectable } from 'kysely';
import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { RunState } from '../core/run-state.ts';
import { jsonSchema, parseJsonColumn, parseNullableJsonColumn, stringListSchema } from './json-columns.ts';
import { processIdentitySchema } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { runStateSchema } from './run-state-schema.ts';
import type { FlowRunsTable } from './run-tables.ts';

export type FlowRunRow = {
  readonly id: FlowRunId;
  readonly flowName: string;
  readonly name: string;
  readonly state: RunState;
  readonly attempt: number;
  readonly rootFlowRunId: FlowRunId;
  readonly parentFlowRunId: FlowRunId | null;
  readonly parentTaskRunId: TaskRunId | null;
  readonly callKey: string | null;
  readonly parameters: Json;
  readonly tags: readonly string[];
  /** Null until the run is completed. */
  readonly result: Json;
  readonly codeVersion: string;
  readonly createdAt: number;
  /** When it first ran. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly owner: ProcessIdentity | null;
  readonly heartbeatSeq: number;
  readonly heartbeatAt: number | null;
  readonly cancelRequestedAt: number | null;
  readonly cancelReason: string | null;
  /** Set when a retry of its parent must enter it again instead of taking its result. */
  readonly discardedAt: number | null;
  /** The file that its flow was loaded from, `flows/census.ts:census`, from the project's root or absolute; null for a built-in flow. */
  readonly entrypoint: string | null;
};

/** The row as the rest of the program knows it, its JSON columns checked. */
export function toFlowRun(row: Selectable<FlowRunsTable>): FlowRunRow {
  return {
    id: row.id as FlowRunId,
    flowName: row.flow_name,
    name: row.name,
    state: parseJsonColumn(runStateSchema, row.state_json, 'flow_runs.state_json', row.id),
    attempt: row.attempt,
    rootFlowRunId: row.root_flow_run_id as FlowRunId,
    parentFlowRunId: row.parent_flow_run_id as FlowRunId | null,
    parentTaskRunId: row.parent_task_run_id as TaskRunId | null,
    callKey: row.call_key,
    parameters: parseJsonColumn(jsonSchema, row.parameters_json, 'flow_runs.parameters_json', row.id),
    tags: parseJsonColumn(stringListSchema, row.tags_json, 'flow_runs.tags_json', row.id),
    result: parseNullableJsonColumn(jsonSchema, row.result_json, 'flow_runs.result_json', row.id),
    codeVersion: row.code_version,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    owner: parseNullableJsonColumn(processIdentitySchema, row.owner_json, 'flow_runs.owner_json', row.id),
    heartbeatSeq: row.heartbeat_seq,
    heartbeatAt: row.heartbeat_at,
    cancelRequestedAt: row.cancel_requested_at,
    cancelReason: row.cancel_reason,
    discardedAt: row.discarded_at,
    entrypoint: row.entrypoint,
  };
}
