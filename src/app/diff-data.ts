import { join } from 'node:path';
import { DataError } from '../core/errors.ts';
import { diffManifests, type ManifestDiff } from '../datasets/version/diff-manifests.ts';
import { readManifest, type Manifest } from '../datasets/version/manifest.ts';
import { findDatasetVersion, type DatasetVersionRow } from '../registry/dataset-versions.ts';
import { isoTime } from './iso-time.ts';
import type { AppServices } from './services.ts';

type ComparedVersion = Pick<DatasetVersionRow, 'id' | 'name' | 'source' | 'samples' | 'files'> & {
  readonly createdAt: string;
};

/** What differs between two dataset versions, `from` the first and `to` the second. */
export type DataDiff = ManifestDiff & {
  readonly from: ComparedVersion;
  readonly to: ComparedVersion;
};

/**
 * Compares two dataset versions, each an id or its beginning, a dataset's name or `latest`.
 * @throws NotFoundError, UsageError; DataError when the manifest of one is not on this machine.
 */
export async function diffData(services: AppServices, first: string, second: string): Promise<DataDiff> {
  const from = await openVersion(services, first);
  const to = await openVersion(services, second);
  return { from: compared(from.row), to: compared(to.row), ...diffManifests(from.manifest, to.manifest) };
}

async function openVersion(
  { registry, project }: AppServices,
  wanted: string,
): Promise<{ row: DatasetVersionRow; manifest: Manifest }> {
  const row = await findDatasetVersion(registry.db, wanted);
  const folder = join(project.dataDir, row.path);
  const found = await readManifest(folder);
  if (found?.id === row.id) return { row, manifest: found.manifest };
  throw new DataError(
    `The manifest of dataset version ${row.id} (${row.name}) is ${found === undefined ? 'gone from' : 'another one in'} ${folder}. ` +
      `Collect it again: mlflow-ts run collect -p source=${row.source} -p force=true`,
  );
}

function compared({ id, name, source, samples, files, createdAt }: DatasetVersionRow): ComparedVersion {
  return { id, name, source, samples, files, createdAt: isoTime(createdAt) };
}
