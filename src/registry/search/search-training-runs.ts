import type { RawBuilder } from 'kysely';
import type { ExperimentId } from '../../core/ids.ts';
import { sql } from '../kysely.ts';
import type { RegistryDb } from '../registry-db.ts';
import { toTrainingRun, type TrainingRunRow } from '../training-runs.ts';
import type { Clause, Identifier, OrderBy } from './clauses.ts';
import { like, likeInAnyCase } from './like.ts';

export type TrainingRunSearch = {
  /** Only those of these experiments; absent: of all. */
  readonly experimentIds?: readonly ExperimentId[];
  /** All of them must hold. */
  readonly filter: readonly Clause[];
  /** The first counts most; then the newest come first. */
  readonly orderBy: readonly OrderBy[];
  readonly limit: number;
  /** How many to leave out at the beginning. */
  readonly offset?: number;
};

/**
 * The training runs that fulfil a filter, in order. A metric means its value at its last step. A run that lacks what a
 * clause is about does not fulfil it, also not for `!=`; one that lacks what is sorted by comes last.
 */
export async function searchTrainingRuns(db: RegistryDb, search: TrainingRunSearch): Promise<TrainingRunRow[]> {
  const { experimentIds, filter, orderBy, limit, offset = 0 } = search;
  let query = db.selectFrom('training_runs').selectAll('training_runs');
  if (experimentIds !== undefined) query = query.where('experiment_id', 'in', experimentIds);
  for (const clause of filter) query = query.where(conditionOf(clause));
  for (const { identifier, direction } of orderBy) {
    query = query.orderBy(valueOf(identifier), (order) => order[direction]().nullsLast());
  }
  const rows = await query.orderBy('started_at', 'desc').orderBy('id').limit(limit).offset(offset).execute();
  return rows.map(toTrainingRun);
}

/** SQL that is null where the training run lacks the value. */
function conditionOf(clause: Clause): RawBuilder<boolean> {
  const value = valueOf(clause.identifier);
  switch (clause.kind) {
    case 'number':
      return sql<boolean>`${value} ${sql.raw(clause.comparator)} ${clause.value}`;
    case 'text':
      return textCondition(value, clause);
    case 'list':
      return sql<boolean>`${value} ${sql.raw(clause.negated ? 'not in' : 'in')} (${sql.join(clause.values.map((text) => storedText(clause.identifier, text)))})`;
    case 'presence':
      return sql<boolean>`${value} is ${sql.raw(clause.present ? 'not null' : 'null')}`;
  }
}

function textCondition(value: RawBuilder<unknown>, clause: Extract<Clause, { kind: 'text' }>): RawBuilder<boolean> {
  const text = storedText(clause.identifier, clause.value);
  switch (clause.comparator) {
    case '=':
    case '!=':
      return sql<boolean>`${value} ${sql.raw(clause.comparator)} ${text}`;
    case 'LIKE':
      return like(sql<string>`${value}`, text);
    case 'ILIKE':
      return likeInAnyCase(sql<string>`${value}`, text);
  }
}

/** A scalar subquery, or a column, of the training run of the outer query. */
function valueOf({ kind, key }: Identifier): RawBuilder<unknown> {
  switch (kind) {
    case 'attribute':
      return sql.ref(`training_runs.${ATTRIBUTE_COLUMNS[key]}`);
    case 'metric':
      return sql`(select value from metrics where training_run_id = training_runs.id and key = ${key} order by step desc limit 1)`;
    case 'param':
      return sql`(select ${PARAM_TEXT} from params where training_run_id = training_runs.id and key = ${key})`;
    case 'tag':
      return sql`(select value from tags where owner_kind = 'training_run' and owner_id = training_runs.id and key = ${key})`;
    case 'dataset':
      return DATASET_VALUES[key];
  }
}

const ATTRIBUTE_COLUMNS = {
  run_id: 'id',
  run_name: 'name',
  status: 'status',
  start_time: 'started_at',
  end_time: 'ended_at',
} as const;

/** MLflow's digest of a dataset is the id of our dataset version, its context always training. */
const DATASET_VALUES = {
  name: sql`(select name from dataset_versions where dataset_versions.id = training_runs.dataset_version_id)`,
  digest: sql.ref('training_runs.dataset_version_id'),
  context: sql`case when training_runs.dataset_version_id is null then null else 'training' end`,
} as const;

/** A param is stored as JSON: of a text what is between its quotes, of anything else its JSON. */
const PARAM_TEXT = sql`case when value_json like '"%' then substr(value_json, 2, length(value_json) - 2) else value_json end`;

/** The text as it is stored: a param's with JSON's escapes, a status in small letters. */
function storedText({ kind, key }: Identifier, text: string): string {
  if (kind === 'param') return JSON.stringify(text).slice(1, -1);
  return kind === 'attribute' && key === 'status' ? text.toLowerCase() : text;
}
