import type { Selectable } from 'kysely';
import type { DatasetVersionId, FlowRunId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { findOne, likeText } from './find-one.ts';
import { jsonObjectSchema, parseJsonColumn, stringListSchema } from './json-columns.ts';
import type { DatasetVersionsTable } from './model-tables.ts';
import type { RegistryDb } from './registry-db.ts';

export type DatasetVersionRow = {
  readonly id: DatasetVersionId;
  readonly name: string;
  /** Normalised uri. */
  readonly source: string;
  readonly upstreamVersion: string;
  readonly layout: string;
  readonly synthetic: boolean;
  readonly licence: string | null;
  readonly classNames: readonly string[];
  readonly files: number;
  readonly samples: number;
  readonly bytes: number;
  /** Relative to the project's data folder. */
  readonly path: string;
  readonly provenance: JsonObject;
  readonly flowRunId: FlowRunId | null;
  readonly createdAt: number;
};

/**
 * Records a dataset version. Its id is the hash of its manifest: collected again, the same content keeps its first row.
 * @returns false when it was recorded already.
 */
export async function insertDatasetVersion(db: RegistryDb, version: DatasetVersionRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('dataset_versions')
    .values({
      id: version.id,
      name: version.name,
      source: version.source,
      upstream_version: version.upstreamVersion,
      layout: version.layout,
      synthetic: version.synthetic ? 1 : 0,
      licence: version.licence,
      class_names_json: JSON.stringify(version.classNames),
      files: version.files,
      samples: version.samples,
      bytes: version.bytes,
      path: version.path,
      provenance_json: JSON.stringify(version.provenance),
      flow_run_id: version.flowRunId,
      created_at: version.createdAt,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** The dataset version, or undefined when there is none with this id. */
export async function getDatasetVersion(db: RegistryDb, id: DatasetVersionId): Promise<DatasetVersionRow | undefined> {
  const row = await db.selectFrom('dataset_versions').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toDatasetVersion(row);
}

/**
 * The dataset version a person means: `latest`, an id or its beginning, or a dataset's name (its newest version).
 * @throws NotFoundError; UsageError naming the candidates when several fit.
 */
export async function findDatasetVersion(db: RegistryDb, wanted: string): Promise<DatasetVersionRow> {
  const newest = await latestDatasetVersion(db, wanted === 'latest' ? {} : { name: wanted });
  if (newest !== undefined) return newest;
  const rows = await db
    .selectFrom('dataset_versions')
    .selectAll()
    .where('id', 'like', `${likeText(wanted)}%`)
    .orderBy('created_at', 'desc')
    .execute();
  const found = findOne(rows, {
    what: 'dataset version',
    wanted,
    isExact: (row) => row.id === wanted,
    describe: (row) => `${row.id} (${row.name})`,
    list: 'mlflow-ts data ls',
  });
  return toDatasetVersion(found);
}

export type DatasetVersionFilter = { readonly name?: string; readonly source?: string; readonly limit?: number };

/** Dataset versions, newest first. */
export async function listDatasetVersions(
  db: RegistryDb,
  filter: DatasetVersionFilter = {},
): Promise<DatasetVersionRow[]> {
  const { name, source, limit } = filter;
  const rows = await db
    .selectFrom('dataset_versions')
    .selectAll()
    .$if(name !== undefined, (query) => query.where('name', '=', name!))
    .$if(source !== undefined, (query) => query.where('source', '=', source!))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .execute();
  return rows.map(toDatasetVersion);
}

/** The newest dataset version of a name or source, or of all. */
export async function latestDatasetVersion(
  db: RegistryDb,
  filter: Omit<DatasetVersionFilter, 'limit'> = {},
): Promise<DatasetVersionRow | undefined> {
  const [latest] = await listDatasetVersions(db, { ...filter, limit: 1 });
  return latest;
}

/**
 * Deletes a dataset version's row, unless a training run, study or model version names it.
 * @returns whether it is gone.
 */
export async function deleteDatasetVersion(db: RegistryDb, id: DatasetVersionId): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('dataset_versions')
    .where('id', '=', id)
    .where((where) =>
      where.and(
        (['training_runs', 'studies', 'model_versions'] as const).map((table) =>
          where.not(
            where.exists(where.selectFrom(table).select('dataset_version_id').where('dataset_version_id', '=', id)),
          ),
        ),
      ),
    )
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

function toDatasetVersion(row: Selectable<DatasetVersionsTable>): DatasetVersionRow {
  return {
    id: row.id as DatasetVersionId,
    name: row.name,
    source: row.source,
    upstreamVersion: row.upstream_version,
    layout: row.layout,
    synthetic: row.synthetic === 1,
    licence: row.licence,
    classNames: parseJsonColumn(stringListSchema, row.class_names_json, 'dataset_versions.class_names_json', row.id),
    files: row.files,
    samples: row.samples,
    bytes: row.bytes,
    path: row.path,
    provenance: parseJsonColumn(jsonObjectSchema, row.provenance_json, 'dataset_versions.provenance_json', row.id),
    flowRunId: row.flow_run_id as FlowRunId | null,
    createdAt: row.created_at,
  };
}
