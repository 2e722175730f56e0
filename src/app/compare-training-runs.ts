import type { Json } from '../core/json.ts';
import { UsageError } from '../core/errors.ts';
import { listExperiments } from '../registry/experiments.ts';
import { listMetrics, type Metric } from '../registry/metrics.ts';
import { findTrainingRun, type TrainingRunRow } from '../registry/training-runs.ts';
import { comparedRows, flattened, type ComparedRow } from './compared-rows.ts';
import type { AppServices } from './services.ts';
import { bestOf, betterOf, type Better } from './metric-direction.ts';
import { isSystemMetric } from './system-metrics.ts';
import { trainingRunListing, type TrainingRunListing } from './training-run-listing.ts';

/** A metric as each run ended with it, and as it was at its best. */
export type ComparedMetric = {
  readonly key: string;
  readonly last: readonly (number | null)[];
  readonly best: readonly (number | null)[];
  readonly better: Better;
  /** Which runs have the best last value, by their place; none where all have the same. */
  readonly winners: readonly number[];
  readonly differs: boolean;
};

export type TrainingRunComparison = {
  readonly trainingRuns: readonly Pick<TrainingRunListing, 'id' | 'name' | 'status' | 'startedAt'>[];
  /** Experiment, status, data version, code version, engine. */
  readonly facts: readonly ComparedRow[];
  readonly params: readonly ComparedRow[];
  /** Those of the model; what the machine did is not compared. */
  readonly metrics: readonly ComparedMetric[];
  readonly tags: readonly ComparedRow[];
};

/**
 * What training runs (by id, part of an id, or name) have in common and what not.
 * @throws UsageError for fewer than two, or one named twice; NotFoundError.
 */
export async function compareTrainingRuns(
  services: AppServices,
  wanted: readonly string[],
): Promise<TrainingRunComparison> {
  if (wanted.length < 2) throw new UsageError('Name at least two training runs to compare.');
  const { db } = services.registry;
  const rows = await Promise.all(wanted.map((one) => findTrainingRun(db, one)));
  if (new Set(rows.map(({ id }) => id)).size < rows.length) {
    throw new UsageError(`Two of ${wanted.join(', ')} are the same training run.`);
  }
  const listings = await Promise.all(rows.map((row) => trainingRunListing(services, row)));
  const metrics = await Promise.all(rows.map(({ id }) => listMetrics(db, id)));
  const names = new Map((await listExperiments(db)).map(({ id, name }) => [id, name]));
  return {
    trainingRuns: listings.map(({ id, name, status, startedAt }) => ({ id, name, status, startedAt })),
    facts: comparedRows(rows.map((row, at) => factsOf(row, listings[at]!, names.get(row.experimentId) ?? ''))),
    params: comparedRows(listings.map(({ params }) => params)),
    metrics: comparedMetrics(metrics),
    tags: comparedRows(listings.map(({ tags }) => tags)),
  };
}

function factsOf(row: TrainingRunRow, { status, error }: TrainingRunListing, experiment: string): Record<string, Json> {
  const { datasetVersionId, codeVersion, engine, startedAt, endedAt } = row;
  return {
    experiment,
    status,
    ...(datasetVersionId === null ? {} : { dataVersion: datasetVersionId }),
    codeVersion,
    ...(engine === null ? {} : flattened(engine, 'engine')),
    ...(endedAt === null ? {} : { tookMs: endedAt - startedAt }),
    ...(error === null ? {} : { error }),
  };
}

function comparedMetrics(metricsOfRuns: readonly (readonly Metric[])[]): ComparedMetric[] {
  const keys = [...new Set(metricsOfRuns.flatMap((metrics) => metrics.map(({ key }) => key)))]
    .filter((key) => !isSystemMetric(key))
    .sort();
  return keys.map((key) => {
    // By step, as the registry lists them.
    const values = metricsOfRuns.map((metrics) =>
      metrics.filter((metric) => metric.key === key).map(({ value }) => value),
    );
    const last = values.map((own) => own.at(-1) ?? null);
    const better = betterOf(key);
    const differs = new Set(last).size > 1;
    const top = bestOf(
      last.filter((value) => value !== null),
      better,
    );
    const winners = differs ? last.flatMap((value, at) => (value === top ? [at] : [])) : [];
    return { key, last, best: values.map((own) => bestOf(own, better)), better, winners, differs };
  });
}
