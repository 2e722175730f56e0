import type {
  ConcurrencyLimitsTable,
  DeploymentsTable,
  QueuedRunsTable,
  SchedulesTable,
  WorkersTable,
  WorkPoolsTable,
} from './deployment-tables.ts';
import type {
  DatasetVersionsTable,
  ExperimentsTable,
  TrainingRunsTable,
  ParamsTable,
  MetricsTable,
  TagsTable,
  StudiesTable,
  TrialsTable,
  TrialReportsTable,
  RegisteredModelsTable,
  ModelVersionsTable,
  ModelAliasesTable,
  AliasHistoryTable,
  PromotionDecisionsTable,
} from './model-tables.ts';
import type {
  FlowRunsTable,
  TaskRunsTable,
  StateHistoryTable,
  LogsTable,
  ArtifactsTable,
  ResultsTable,
  ChildProcessesTable,
} from './run-tables.ts';

/**
 * The registry's tables. Times are integer milliseconds UTC, ids are text, `*_json` columns hold JSON text that is parsed
 * by a zod schema on the way out, booleans are 0 and 1. Only what SQLite and PostgreSQL both understand.
 */
export interface RegistryTables {
  flow_runs: FlowRunsTable;
  task_runs: TaskRunsTable;
  state_history: StateHistoryTable;
  logs: LogsTable;
  artifacts: ArtifactsTable;
  results: ResultsTable;
  child_processes: ChildProcessesTable;
  dataset_versions: DatasetVersionsTable;
  experiments: ExperimentsTable;
  training_runs: TrainingRunsTable;
  params: ParamsTable;
  metrics: MetricsTable;
  tags: TagsTable;
  studies: StudiesTable;
  trials: TrialsTable;
  trial_reports: TrialReportsTable;
  registered_models: RegisteredModelsTable;
  model_versions: ModelVersionsTable;
  model_aliases: ModelAliasesTable;
  alias_history: AliasHistoryTable;
  promotion_decisions: PromotionDecisionsTable;
  work_pools: WorkPoolsTable;
  deployments: DeploymentsTable;
  schedules: SchedulesTable;
  workers: WorkersTable;
  queued_runs: QueuedRunsTable;
  concurrency_limits: ConcurrencyLimitsTable;
}
