import type { Generated } from 'kysely';

export interface FlowRunsTable {
  id: string;
  flow_name: string;
  /** The run's own name (flow option `runName`, else generated, e.g. `collect-3f9a1c2e`). */
  name: string;
  state_kind: string;
  state_json: string;
  /** 1 for the first; writes of an older attempt are refused. */
  attempt: number;
  root_flow_run_id: string;
  parent_flow_run_id: string | null;
  parent_task_run_id: string | null;
  /** Identifies a subflow call among its parent's calls: flow name + parameters hash + key; null for a root run. */
  call_key: string | null;
  parameters_json: string;
  tags_json: string;
  result_json: string | null;
  code_version: string;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  /** Lease: who runs it (host, boot id, pid, process start time) and a counter that moves while the owner lives. */
  owner_json: string | null;
  heartbeat_seq: number;
  heartbeat_at: number | null;
  cancel_requested_at: number | null;
  cancel_reason: string | null;
  /** Set by a retry that starts over from a task: a subflow run marked so is entered again instead of returning its result. */
  discarded_at: number | null;
  /** Set while it is deleted in pieces: from then on it counts as gone. */
  deleted_at: number | null;
  /** `flows/census.ts:census`, from the project's root or absolute: where its flow was loaded from; null for a built-in one. */
  entrypoint: string | null;
}

export interface TaskRunsTable {
  id: string;
  flow_run_id: string;
  /** The flow run's attempt that last executed this task. */
  flow_attempt: number;
  parent_task_run_id: string | null;
  task_name: string;
  task_version: string;
  /** Together with flow run, parent, task name and input hash it identifies a call: the caller's key or an ordinal. */
  call_key: string;
  input_hash: string;
  input_json: string;
  name: string;
  /** Null when it has none. */
  tags_json: string | null;
  state_kind: string;
  state_json: string;
  attempt: number;
  result_id: string | null;
  progress_json: string | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  /** Set by a retry that starts over from a task: the recorded result may not be returned again. */
  discarded_at: number | null;
}

export interface StateHistoryTable {
  id: Generated<number>;
  run_kind: 'flow' | 'task';
  run_id: string;
  attempt: number;
  state_kind: string;
  state_json: string;
  at: number;
}

export interface LogsTable {
  id: Generated<number>;
  flow_run_id: string;
  task_run_id: string | null;
  level: string;
  message: string;
  data_json: string | null;
  at: number;
}

export interface ArtifactsTable {
  id: string;
  flow_run_id: string | null;
  task_run_id: string | null;
  training_run_id: string | null;
  /** Same key again = a newer version of the same artifact. */
  key: string;
  kind: 'markdown' | 'table' | 'link' | 'image' | 'file';
  description: string | null;
  /** Inline content (markdown text, table rows, link), else null. */
  content_json: string | null;
  /** SHA-256 of the stored file, else null. */
  storage_hash: string | null;
  file_name: string | null;
  media_type: string | null;
  bytes: number | null;
  created_at: number;
}

export interface ResultsTable {
  id: string;
  task_name: string;
  /** Set when the task opted into caching. */
  cache_key: string | null;
  value_json: string | null;
  /** Results past 256 KiB are files in storage. */
  storage_hash: string | null;
  bytes: number;
  created_at: number;
  expires_at: number | null;
}

export interface ChildProcessesTable {
  id: string;
  flow_run_id: string;
  attempt: number;
  pid: number;
  process_start: string;
  process_group: number | null;
  boot_id: string;
  host: string;
  what: string;
  started_at: number;
}
