import { join } from 'node:path';
import { DataError } from '../core/errors.ts';
import type { DatasetVersionId, FlowRunId } from '../core/ids.ts';
import type { DatasetVersion } from '../datasets/dataset-version.ts';
import { describeVersion } from '../datasets/version/describe-version.ts';
import { readManifest } from '../datasets/version/manifest.ts';
import { findDatasetVersion, getDatasetVersion, insertDatasetVersion } from '../registry/dataset-versions.ts';
import type { AppServices } from './services.ts';

/** Records a dataset version in the registry; the same content collected again keeps its first row. */
export async function rememberDatasetVersion(
  { registry, clock }: AppServices,
  version: DatasetVersion,
  flowRunId: FlowRunId,
): Promise<void> {
  const { testSamples, boxes, licence = null, ...row } = version;
  await insertDatasetVersion(registry.db, {
    ...row,
    licence,
    provenance: {
      ...{ source: version.source, upstreamVersion: version.upstreamVersion, testSamples },
      ...(boxes === undefined ? {} : { boxes }),
    },
    flowRunId,
    createdAt: clock.now(),
  });
}

/**
 * The dataset version a person means (an id or its beginning, a dataset's name, `latest`), with its files on this machine.
 * @throws NotFoundError, UsageError; DataError when its files are gone.
 */
export async function openDatasetVersion({ registry, project }: AppServices, wanted: string): Promise<DatasetVersion> {
  const row = await findDatasetVersion(registry.db, wanted);
  const folder = join(project.dataDir, row.path);
  const found = await readManifest(folder);
  if (found?.id !== row.id) {
    throw new DataError(
      `Dataset version ${row.id} (${row.name}) is not complete in ${folder}. ` +
        `Collect it again: mlflow-ts run collect -p source=${row.source} -p force=true`,
    );
  }
  const { name, source, upstreamVersion, synthetic, licence } = row;
  const metadata = { name, source, upstreamVersion, synthetic, title: name, ...(licence === null ? {} : { licence }) };
  return describeVersion(found.manifest, metadata);
}

/** The short name of a recorded dataset, e.g. `mnist`. @throws DataError when the registry does not know the version. */
export async function nameOfDataset({ registry }: AppServices, id: DatasetVersionId): Promise<string> {
  const row = await getDatasetVersion(registry.db, id);
  if (row !== undefined) return row.name;
  throw new DataError(`The registry does not know dataset version ${id}. Run collect and prep in this project.`);
}
