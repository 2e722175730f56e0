import type { Selectable } from 'kysely';
import type { ArtifactId, FlowRunId, TaskRunId, TrainingRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { findOne } from './find-one.ts';
import { listFlowRunTree } from './flow-run-tree.ts';
import { jsonSchema, parseNullableJsonColumn } from './json-columns.ts';
import { listMatchingIds } from './matching-ids.ts';
import type { RegistryDb } from './registry-db.ts';
import type { ArtifactsTable } from './run-tables.ts';

/** What an artifact is, and how it is shown. */
export type ArtifactKind = 'markdown' | 'table' | 'link' | 'image' | 'file';

export type ArtifactRow = {
  readonly id: ArtifactId;
  readonly flowRunId: FlowRunId | null;
  readonly taskRunId: TaskRunId | null;
  readonly trainingRunId: TrainingRunId | null;
  readonly key: string;
  readonly kind: ArtifactKind;
  readonly description: string | null;
  /** Markdown text, table rows or the link's address; null when the artifact is a stored file. */
  readonly content: Json;
  readonly storageHash: string | null;
  readonly fileName: string | null;
  readonly mediaType: string | null;
  readonly bytes: number | null;
  readonly createdAt: number;
};

export type NewArtifact = Pick<ArtifactRow, 'id' | 'key' | 'kind' | 'createdAt'> & Partial<ArtifactRow>;

/** Records an artifact. The same key again is a newer version of it. */
export async function insertArtifact(db: RegistryDb, artifact: NewArtifact): Promise<void> {
  await db
    .insertInto('artifacts')
    .values({
      id: artifact.id,
      flow_run_id: artifact.flowRunId ?? null,
      task_run_id: artifact.taskRunId ?? null,
      training_run_id: artifact.trainingRunId ?? null,
      key: artifact.key,
      kind: artifact.kind,
      description: artifact.description ?? null,
      content_json: artifact.content === undefined ? null : JSON.stringify(artifact.content),
      storage_hash: artifact.storageHash ?? null,
      file_name: artifact.fileName ?? null,
      media_type: artifact.mediaType ?? null,
      bytes: artifact.bytes ?? null,
      created_at: artifact.createdAt,
    })
    .execute();
}

export type ArtifactFilter = {
  readonly flowRunId?: FlowRunId;
  /** With those of the flow run's subflow runs, and theirs. */
  readonly withSubflows?: boolean;
  readonly taskRunId?: TaskRunId;
  readonly trainingRunId?: TrainingRunId;
  readonly key?: string;
};

/** Artifacts, all versions of each key, in the order they were made. */
export async function listArtifacts(db: RegistryDb, filter: ArtifactFilter): Promise<ArtifactRow[]> {
  const { flowRunId, withSubflows = false, taskRunId, trainingRunId, key } = filter;
  const flowRunIds = flowRunId === undefined ? undefined : await treeOf(db, flowRunId, withSubflows);
  const rows = await db
    .selectFrom('artifacts')
    .selectAll()
    .$if(flowRunIds !== undefined, (query) => query.where('flow_run_id', 'in', flowRunIds!))
    .$if(taskRunId !== undefined, (query) => query.where('task_run_id', '=', taskRunId!))
    .$if(trainingRunId !== undefined, (query) => query.where('training_run_id', '=', trainingRunId!))
    .$if(key !== undefined, (query) => query.where('key', '=', key!))
    .orderBy('id')
    .execute();
  return rows.map(toArtifact);
}

/**
 * The artifact a person means: by id or the beginning or end of an id.
 * @throws NotFoundError; UsageError naming the candidates when several fit.
 */
export async function findArtifact(db: RegistryDb, id: string): Promise<ArtifactRow> {
  const { ids, total } = await listMatchingIds(db, { table: 'artifacts', wanted: id, named: false });
  const rows = await db.selectFrom('artifacts').selectAll().where('id', 'in', ids).orderBy('id', 'desc').execute();
  const found = findOne(rows, {
    what: 'artifact',
    wanted: id,
    total,
    isExact: (row) => row.id === id,
    describe: (row) => `${row.id} (${row.key})`,
    list: 'mlflow-ts runs show RUN',
  });
  return toArtifact(found);
}

async function treeOf(db: RegistryDb, id: FlowRunId, withSubflows: boolean): Promise<FlowRunId[]> {
  return withSubflows ? listFlowRunTree(db, id) : [id];
}

function toArtifact(row: Selectable<ArtifactsTable>): ArtifactRow {
  return {
    id: row.id as ArtifactId,
    flowRunId: row.flow_run_id as FlowRunId | null,
    taskRunId: row.task_run_id as TaskRunId | null,
    trainingRunId: row.training_run_id as TrainingRunId | null,
    key: row.key,
    kind: row.kind,
    description: row.description,
    content: parseNullableJsonColumn(jsonSchema, row.content_json, 'artifacts.content_json', row.id),
    storageHash: row.storage_hash,
    fileName: row.file_name,
    mediaType: row.media_type,
    bytes: row.bytes,
    createdAt: row.created_at,
  };
}
