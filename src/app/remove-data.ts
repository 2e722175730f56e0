import path from 'node:path';
import { ConflictError } from '../core/errors.ts';
import { shortId } from '../core/ids.ts';
import type { DatasetVersionId } from '../core/ids.ts';
import { listUnusedObjects, removeUntouchedObject } from '../datasets/version/unused-objects.ts';
import { readManifest } from '../datasets/version/manifest.ts';
import { deleteDatasetVersion, findDatasetVersion } from '../registry/dataset-versions.ts';
import type { DatasetVersionRow } from '../registry/dataset-versions.ts';
import { listOpenFlowRuns } from '../registry/flow-runs.ts';
import { listModelVersions } from '../registry/model-versions.ts';
import { removeWhole } from '../storage/remove-whole.ts';
import type { AppServices } from './services.ts';
import { listFeatureCaches } from './feature-caches.ts';
import { listCaches } from './tensor-caches.ts';
import { untouchedSince } from './untouched-since.ts';

/** A dataset version that was removed from this machine. */
export type RemovedData = {
  readonly id: DatasetVersionId;
  readonly name: string;
  readonly tensorCaches: number;
  readonly objects: number;
  readonly bytes: number;
  /** False when trainings, studies or models still name it: its row then stays, and lists show its files as gone. */
  readonly forgotten: boolean;
};

/**
 * The dataset versions that people mean (an id or its beginning, a name for its newest, `latest`), each once.
 * @throws NotFoundError, UsageError; ConflictError when a model version was trained on one of them, or a flow run that is
 * open may use it, unless `force` is set.
 */
export async function findRemovableData(
  { registry }: AppServices,
  wanted: readonly string[],
  { force }: { readonly force: boolean },
): Promise<DatasetVersionRow[]> {
  const rows: DatasetVersionRow[] = [];
  for (const each of wanted) rows.push(await findDatasetVersion(registry.db, each));
  if (!force) {
    await assertNoModel({ registry }, rows);
    const [open] = await listOpenFlowRuns(registry.db);
    if (open !== undefined) {
      throw new ConflictError(
        `Flow run ${open.name} is ${open.state.kind} and may use the data. Wait until it has ended, or add --force.`,
      );
    }
  }
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

async function assertNoModel({ registry }: Pick<AppServices, 'registry'>, rows: readonly DatasetVersionRow[]) {
  const models = await listModelVersions(registry.db);
  for (const { id, name } of rows) {
    const trained = models.filter(({ datasetVersionId }) => datasetVersionId === id);
    if (trained.length === 0) continue;
    const named = trained.map(({ modelName, version }) => `${modelName}/${version}`).join(', ');
    throw new ConflictError(
      `${name} ${shortId(id)} is what ${named} was trained on. Delete the model first, or add --force.`,
      { details: { datasetVersion: id, models: named } },
    );
  }
}

/** Removes a dataset version's files, its tensor caches, and the objects that no other version has. */
export async function removeData(services: AppServices, row: DatasetVersionRow): Promise<RemovedData> {
  const { registry, project } = services;
  const folder = path.join(project.dataDir, row.path);
  const files = (await readManifest(folder).catch(() => undefined))?.manifest.files ?? [];
  const caches = (await listCaches(project.dataDir)).filter(({ datasetVersionId }) => datasetVersionId === row.id);
  const forgotten = await deleteDatasetVersion(registry.db, row.id);
  let bytes = await removeWhole(folder);
  for (const cache of caches) bytes += await removeWhole(path.join(project.dataDir, cache.path));
  for (const cache of await listFeatureCaches(project.dataDir, row.id)) bytes += await removeWhole(cache);

  const own = new Set(files.map(({ sha256 }) => sha256));
  const since = await untouchedSince(services);
  let objects = 0;
  for (const object of await listUnusedObjects(project.dataDir)) {
    const freed = own.has(path.basename(object)) ? removeUntouchedObject(object, since) : undefined;
    objects += freed === undefined ? 0 : 1;
    bytes += freed ?? 0;
  }
  return { id: row.id, name: row.name, tensorCaches: caches.length, objects, bytes, forgotten };
}
