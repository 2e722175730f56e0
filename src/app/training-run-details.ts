import type { JsonObject } from '../core/json.ts';
import { listArtifacts, type ArtifactRow } from '../registry/artifacts.ts';
import { listExperiments } from '../registry/experiments.ts';
import { listMetrics, type Metric } from '../registry/metrics.ts';
import { listModelVersions } from '../registry/model-versions.ts';
import { getStudy } from '../registry/studies.ts';
import { findTrainingRun, type TrainingRunRow } from '../registry/training-runs.ts';
import { getTrial } from '../registry/trials.ts';
import { isoTime } from './iso-time.ts';
import type { AppServices } from './services.ts';
import { trainingRunListing, type TrainingRunListing } from './training-run-listing.ts';

/** A value of a metric; `at` is ISO 8601, UTC. */
export type MetricPoint = { readonly step: number; readonly value: number; readonly at: string };

/** Model versions as people name them: `signs/1, signs/2`. */
export function versionsText(versions: TrainingRunDetails['modelVersions']): string {
  return versions.map(({ name, version }) => `${name}/${version}`).join(', ');
}

/** All that is recorded about one training run. */
export type TrainingRunDetails = TrainingRunListing & {
  readonly experiment: string;
  readonly codeVersion: string;
  /** What executed it, and why that; null until it has ended. */
  readonly engine: JsonObject | null;
  readonly tensorCache: string | null;
  readonly flowRun: string | null;
  readonly trial: { readonly study: string; readonly number: number } | null;
  /** What was registered from it. */
  readonly modelVersions: readonly { readonly name: string; readonly version: number }[];
  /** The values of each metric by step. */
  readonly metricHistory: Readonly<Record<string, readonly MetricPoint[]>>;
  /** The newest of each key. */
  readonly artifacts: readonly ArtifactRow[];
};

/** The training run that is meant by id, part of an id, or name. @throws NotFoundError, UsageError. */
export async function showTrainingRun(services: AppServices, wanted: string): Promise<TrainingRunDetails> {
  const { db } = services.registry;
  const row = await findTrainingRun(db, wanted);
  const experiment = (await listExperiments(db)).find(({ id }) => id === row.experimentId);
  const artifacts = await listArtifacts(db, { trainingRunId: row.id });
  const versions = await listModelVersions(db, { trainingRunId: row.id });
  return {
    ...(await trainingRunListing(services, row)),
    experiment: experiment?.name ?? row.experimentId,
    ...{ codeVersion: row.codeVersion, engine: row.engine, tensorCache: row.tensorCacheId, flowRun: row.flowRunId },
    trial: await trialOf(services, row),
    modelVersions: versions.map(({ modelName, version }) => ({ name: modelName, version })),
    metricHistory: historyOf(await listMetrics(db, row.id)),
    artifacts: [...new Map(artifacts.map((artifact) => [artifact.key, artifact])).values()],
  };
}

async function trialOf({ registry }: AppServices, { trialId }: TrainingRunRow): Promise<TrainingRunDetails['trial']> {
  const trial = trialId === null ? undefined : await getTrial(registry.db, trialId);
  if (trial === undefined) return null;
  const study = await getStudy(registry.db, trial.studyId);
  return { study: study?.name ?? trial.studyId, number: trial.number };
}

/** By key, as the metrics are ordered by key and step. */
function historyOf(metrics: readonly Metric[]): Record<string, MetricPoint[]> {
  const history: Record<string, MetricPoint[]> = {};
  for (const { key, step, value, at } of metrics) (history[key] ??= []).push({ step, value, at: isoTime(at) });
  return history;
}
