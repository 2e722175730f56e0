import type { Generated } from 'kysely';

export interface DatasetVersionsTable {
  id: string;
  /** The dataset's short name, e.g. `signs`, `mnist`. */
  name: string;
  source: string;
  upstream_version: string;
  layout: string;
  synthetic: number;
  licence: string | null;
  class_names_json: string;
  files: number;
  samples: number;
  bytes: number;
  /** Relative to the project's data folder. */
  path: string;
  provenance_json: string;
  flow_run_id: string | null;
  created_at: number;
}

export interface ExperimentsTable {
  id: string;
  name: string;
  description: string | null;
  created_at: number;
}

export interface TrainingRunsTable {
  id: string;
  experiment_id: string;
  name: string;
  status: 'running' | 'finished' | 'failed' | 'killed';
  flow_run_id: string | null;
  task_run_id: string | null;
  trial_id: string | null;
  dataset_version_id: string | null;
  tensor_cache_id: string | null;
  code_version: string;
  engine_json: string | null;
  error_json: string | null;
  started_at: number;
  ended_at: number | null;
}

export interface ParamsTable {
  training_run_id: string;
  key: string;
  value_json: string;
}

export interface MetricsTable {
  training_run_id: string;
  key: string;
  step: number;
  value: number;
  at: number;
}

export interface TagsTable {
  owner_kind: 'experiment' | 'training_run' | 'registered_model' | 'model_version';
  owner_id: string;
  key: string;
  value: string;
}

export interface StudiesTable {
  id: string;
  name: string;
  experiment_id: string;
  flow_run_id: string | null;
  dataset_version_id: string;
  tensor_cache_id: string;
  space_json: string;
  space_hash: string;
  sampler: string;
  seed: number;
  metric: string;
  direction: 'maximize' | 'minimize';
  /** The metrics after the first, which is in the two columns before; null where there is one. */
  further_objectives_json: string | null;
  settings_json: string;
  state: 'running' | 'finished' | 'failed' | 'stopped';
  created_at: number;
  ended_at: number | null;
}

export interface TrialsTable {
  id: string;
  study_id: string;
  /** Dense from 0 within its study. */
  number: number;
  params_json: string;
  config_hash: string;
  state: 'waiting' | 'running' | 'complete' | 'pruned' | 'failed';
  attempt: number;
  value: number | null;
  metrics_json: string | null;
  error_json: string | null;
  training_run_id: string | null;
  owner_json: string | null;
  /** How often it was run again because its process died or it failed. */
  retries: Generated<number>;
  /** Moves as long as the process that runs it lives. */
  heartbeat_seq: Generated<number>;
  started_at: number | null;
  ended_at: number | null;
}

export interface TrialReportsTable {
  trial_id: string;
  step: number;
  /** Null: not a number. */
  value: number | null;
  rungs: number;
  at: number;
}

export interface RegisteredModelsTable {
  name: string;
  description: string | null;
  created_at: number;
}

export interface ModelVersionsTable {
  model_name: string;
  version: number;
  training_run_id: string | null;
  flow_run_id: string | null;
  dataset_version_id: string | null;
  /** Relative to the project's models folder. */
  path: string;
  card_json: string;
  metrics_json: string;
  bytes: number;
  created_at: number;
  /** A deleted version keeps its row (numbers are never reused); its files are gone. */
  deleted_at: number | null;
}

export interface ModelAliasesTable {
  model_name: string;
  alias: string;
  version: number;
  updated_at: number;
}

export interface AliasHistoryTable {
  id: Generated<number>;
  model_name: string;
  alias: string;
  /** Null: the alias was removed. */
  version: number | null;
  previous_version: number | null;
  reason: string;
  flow_run_id: string | null;
  at: number;
}

export interface PromotionDecisionsTable {
  id: Generated<number>;
  model_name: string;
  version: number;
  champion_version: number | null;
  gate: string;
  decision: 'promoted' | 'kept';
  reason: string;
  numbers_json: string;
  flow_run_id: string | null;
  at: number;
}
