import type { Selectable } from 'kysely';
import { z } from 'zod';
import { closestName } from '../core/closest-name.ts';
import type { DatasetVersionId, ExperimentId, FlowRunId, StudyId, TensorCacheId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { findOne, likeText } from './find-one.ts';
import { jsonSchema, parseJsonColumn, parseNullableJsonColumn } from './json-columns.ts';
import type { StudiesTable } from './model-tables.ts';
import type { RegistryDb } from './registry-db.ts';

export type StudyState = 'running' | 'finished' | 'failed' | 'stopped';

/** A metric that a study is about, and which way it is better. */
export type Objective = { readonly metric: string; readonly direction: 'maximize' | 'minimize' };

/** What a study ranks by: one metric, or several that are weighed against each other. */
export type Objectives = readonly [Objective, ...Objective[]];

export type StudyRow = {
  readonly id: StudyId;
  readonly name: string;
  readonly experimentId: ExperimentId;
  readonly flowRunId: FlowRunId | null;
  readonly datasetVersionId: DatasetVersionId;
  readonly tensorCacheId: TensorCacheId;
  readonly space: Json;
  readonly spaceHash: string;
  readonly sampler: string;
  readonly seed: number;
  readonly objectives: Objectives;
  readonly settings: Json;
  readonly state: StudyState;
  readonly createdAt: number;
  readonly endedAt: number | null;
};

export type NewStudy = Omit<StudyRow, 'state' | 'endedAt'>;

/** Records a study that begins. */
export async function insertStudy(db: RegistryDb, study: NewStudy): Promise<void> {
  const [{ metric, direction }, ...further] = study.objectives;
  await db
    .insertInto('studies')
    .values({
      id: study.id,
      name: study.name,
      experiment_id: study.experimentId,
      flow_run_id: study.flowRunId,
      dataset_version_id: study.datasetVersionId,
      tensor_cache_id: study.tensorCacheId,
      space_json: JSON.stringify(study.space),
      space_hash: study.spaceHash,
      sampler: study.sampler,
      seed: study.seed,
      metric,
      direction,
      further_objectives_json: further.length === 0 ? null : JSON.stringify(further),
      settings_json: JSON.stringify(study.settings),
      state: 'running',
      created_at: study.createdAt,
    })
    .execute();
}

export type StudyStateWrite = { readonly id: StudyId; readonly state: StudyState; readonly at: number };

/** Writes a study's state; `running` again is a study that resumes. */
export async function writeStudyState(db: RegistryDb, write: StudyStateWrite): Promise<void> {
  await db
    .updateTable('studies')
    .set({ state: write.state, ended_at: write.state === 'running' ? null : write.at })
    .where('id', '=', write.id)
    .execute();
}

/** The study, or undefined when there is none with this id. */
export async function getStudy(db: RegistryDb, id: StudyId): Promise<StudyRow | undefined> {
  const row = await db.selectFrom('studies').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toStudy(row);
}

/**
 * The study a person means: `latest`, an id, the beginning or end of an id, or a name (its newest study).
 * @throws NotFoundError; UsageError naming the candidates when several fit.
 */
export async function findStudy(db: RegistryDb, wanted: string): Promise<StudyRow> {
  const [newest] = await listStudies(db, wanted === 'latest' ? { limit: 1 } : { name: wanted, limit: 1 });
  if (newest !== undefined) return newest;
  const rows = await db
    .selectFrom('studies')
    .selectAll()
    .where((where) =>
      where.or([where('id', 'like', `${likeText(wanted)}%`), where('id', 'like', `%${likeText(wanted)}`)]),
    )
    .orderBy('id', 'desc')
    .execute();
  const found = findOne(rows, {
    what: 'study',
    whats: 'studies',
    wanted,
    isExact: (row) => row.id === wanted,
    describe: (row) => `${row.id} (${row.name}, ${row.state})`,
    hint: rows.length === 0 ? await nearestStudy(db, wanted) : undefined,
    list: 'mlflow-ts studies ls',
  });
  return toStudy(found);
}

async function nearestStudy(db: RegistryDb, wanted: string): Promise<string | undefined> {
  const rows = await db.selectFrom('studies').select('name').distinct().execute();
  const nearest = closestName(
    wanted,
    rows.map(({ name }) => name),
  );
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
}

export type StudyFilter = {
  readonly name?: string;
  readonly experimentId?: ExperimentId;
  readonly state?: StudyState;
  readonly limit?: number;
};

/** Studies, newest first. */
export async function listStudies(db: RegistryDb, filter: StudyFilter = {}): Promise<StudyRow[]> {
  const { name, experimentId, state, limit } = filter;
  const rows = await db
    .selectFrom('studies')
    .selectAll()
    .$if(name !== undefined, (query) => query.where('name', '=', name!))
    .$if(experimentId !== undefined, (query) => query.where('experiment_id', '=', experimentId!))
    .$if(state !== undefined, (query) => query.where('state', '=', state!))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .execute();
  return rows.map(toStudy);
}

function toStudy(row: Selectable<StudiesTable>): StudyRow {
  return {
    id: row.id as StudyId,
    name: row.name,
    experimentId: row.experiment_id as ExperimentId,
    flowRunId: row.flow_run_id as FlowRunId | null,
    datasetVersionId: row.dataset_version_id as DatasetVersionId,
    tensorCacheId: row.tensor_cache_id as TensorCacheId,
    space: parseJsonColumn(jsonSchema, row.space_json, 'studies.space_json', row.id),
    spaceHash: row.space_hash,
    sampler: row.sampler,
    seed: row.seed,
    objectives: [
      { metric: row.metric, direction: row.direction },
      ...(parseNullableJsonColumn(
        objectivesSchema,
        row.further_objectives_json,
        'studies.further_objectives_json',
        row.id,
      ) ?? []),
    ],
    settings: parseJsonColumn(jsonSchema, row.settings_json, 'studies.settings_json', row.id),
    state: row.state,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}

const objectivesSchema: z.ZodType<readonly Objective[]> = z.array(
  z.object({ metric: z.string(), direction: z.enum(['maximize', 'minimize']) }),
);
