import { findExperiment, listExperiments } from '../registry/experiments.ts';
import { parseFilter } from '../registry/search/parse-filter.ts';
import { parseOrderBy } from '../registry/search/parse-order-by.ts';
import { searchTrainingRuns as search } from '../registry/search/search-training-runs.ts';
import type { Identifier } from '../registry/search/clauses.ts';
import type { AppServices } from './services.ts';
import { trainingRunListing, type TrainingRunListing } from './training-run-listing.ts';

export type TrainingRunQuery = {
  /** By name, id or part of an id; empty: all. */
  readonly experiments: readonly string[];
  /** MLflow's grammar: `metrics.accuracy > 0.9 and params.engine = 'onnx'`. */
  readonly filter: string;
  /** `metrics.accuracy DESC`; the first counts most, then the newest come first. */
  readonly orderBy: readonly string[];
  readonly limit: number;
  readonly offset: number;
};

export type FoundTrainingRun = TrainingRunListing & { readonly experiment: string };

export type TrainingRunsFound = {
  readonly runs: readonly FoundTrainingRun[];
  /** What the filter and the order are about, each once. */
  readonly named: readonly Identifier[];
};

/**
 * Training runs that fulfil a filter, in order.
 * @throws NotFoundError for an unknown experiment; ParameterError telling what is wrong with the filter or the order, and where.
 */
export async function searchTrainingRuns(services: AppServices, query: TrainingRunQuery): Promise<TrainingRunsFound> {
  const { db } = services.registry;
  const { experiments, limit, offset } = query;
  const filter = parseFilter(query.filter);
  const orderBy = query.orderBy.map(parseOrderBy);
  const wanted = await Promise.all(experiments.map((one) => findExperiment(db, one)));
  const inExperiments = wanted.length === 0 ? {} : { experimentIds: wanted.map(({ id }) => id) };
  const rows = await search(db, { ...inExperiments, filter, orderBy, limit, offset });
  const names = new Map((await listExperiments(db)).map(({ id, name }) => [id, name]));
  const runs = rows.map(async (row) => ({
    ...(await trainingRunListing(services, row)),
    experiment: names.get(row.experimentId) ?? row.experimentId,
  }));
  const named = [...filter, ...orderBy].map(({ identifier }) => identifier);
  return { runs: await Promise.all(runs), named: distinct(named) };
}

function distinct(identifiers: readonly Identifier[]): Identifier[] {
  return [...new Map(identifiers.map((one) => [`${one.kind}.${one.key}`, one])).values()];
}
