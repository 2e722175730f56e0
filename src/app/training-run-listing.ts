import type { Json } from '../core/json.ts';
import { isTerminal } from '../core/run-state.ts';
import { livenessOf } from '../engine/this-process.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import { latestMetrics } from '../registry/metrics.ts';
import { listParams } from '../registry/params.ts';
import { listTags } from '../registry/tags.ts';
import type { TrainingRunRow } from '../registry/training-runs.ts';
import { isoTime } from './iso-time.ts';
import type { AppServices } from './services.ts';

/** A training run with what it was given and the last value of what it measured. */
export type TrainingRunListing = {
  readonly id: string;
  readonly name: string;
  readonly status: TrainingRunRow['status'];
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly datasetVersion: string | null;
  readonly params: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly error: string | null;
};

/** The listing of a training run, read from the registry. */
export async function trainingRunListing({ registry }: AppServices, run: TrainingRunRow): Promise<TrainingRunListing> {
  const { id, name, startedAt, endedAt, datasetVersionId, error } = run;
  const flowRun = run.flowRunId === null ? undefined : await getFlowRun(registry.db, run.flowRunId);
  return {
    ...{ id, name, status: statusOf(run, flowRun) },
    startedAt: isoTime(startedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    datasetVersion: datasetVersionId,
    params: await listParams(registry.db, id),
    metrics: await latestMetrics(registry.db, id),
    tags: await listTags(registry.db, { kind: 'training_run', id }),
    error: error?.message ?? null,
  };
}

/** A training whose flow run has ended, or whose process is gone, runs no more, though nobody was left to record it. */
function statusOf({ status, flowRunId }: TrainingRunRow, flowRun: FlowRunRow | undefined): TrainingRunRow['status'] {
  if (status !== 'running' || flowRunId === null) return status;
  if (flowRun === undefined || isTerminal(flowRun.state.kind)) return 'killed';
  return flowRun.owner !== null && livenessOf(flowRun.owner) === 'dead' ? 'killed' : status;
}
