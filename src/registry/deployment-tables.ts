/** A queue of flow runs that workers take from. */
export interface WorkPoolsTable {
  name: string;
  /** At most so many of its runs at once, over all workers; null: no limit. */
  concurrency: number | null;
  paused_at: number | null;
  created_at: number;
}

export interface DeploymentsTable {
  id: string;
  name: string;
  flow_name: string;
  /** As flow_runs.entrypoint. */
  entrypoint: string | null;
  /** Parameters, priority, tags, limits and policies. */
  spec_json: string;
  /** Absolute path of the mlflow-ts.yaml that declares it; null: made on the command line. */
  declared_in: string | null;
  pool: string;
  paused_at: number | null;
  created_at: number;
  updated_at: number;
}

export interface SchedulesTable {
  id: string;
  deployment_id: string;
  /** Within its deployment. */
  name: string;
  schedule_json: string;
  /** Over those of the deployment. */
  parameters_json: string;
  paused_at: number | null;
  /** The first time that no run was made for; null: never again. It never goes back. */
  next_run_at: number | null;
  created_at: number;
}

export interface WorkersTable {
  id: string;
  name: string;
  pool: string;
  /** Flow runs at once. */
  slots: number;
  owner_json: string;
  heartbeat_seq: number;
  heartbeat_at: number;
  /** Since then it takes no more runs. */
  draining_at: number | null;
  started_at: number;
  ended_at: number | null;
}

/** How a flow run came to be made without anybody at a terminal, and where it stands in the queue. */
export interface QueuedRunsTable {
  flow_run_id: string;
  deployment_id: string | null;
  schedule_id: string | null;
  /** When it was meant to start, whenever it was made. */
  scheduled_for: number;
  pool: string;
  /** 1 goes first. */
  priority: number;
  /** Names of concurrency limits of which it holds a slot each while it runs. */
  limits_json: string;
  /** Further attempts that are made when its process crashes. */
  crash_retries: number;
  /** Who runs it, or ran it last. */
  worker_id: string | null;
  /** Set while it waits for a worker. */
  waits_since: number | null;
  /** Set when no further attempt will be made. */
  ended_at: number | null;
}

/** At most so many runs that name the limit are run at once, in whatever pools: each of them holds a slot while it is run. */
export interface ConcurrencyLimitsTable {
  name: string;
  slots: number;
  created_at: number;
}
