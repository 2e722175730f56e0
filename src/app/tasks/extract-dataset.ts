import { rm } from 'node:fs/promises';
import type { DatasetVersion } from '../../datasets/dataset-version.ts';
import type { DatasetMetadata } from '../../datasets/source.ts';
import { unpackDownload } from '../../datasets/unpack-download.ts';
import { createDatasetVersion } from '../../datasets/version/create-dataset-version.ts';
import { rememberDatasetVersion } from '../dataset-versions.ts';
import { task } from '../flow-api.ts';
import type { FetchedDataset } from './download-dataset.ts';

/** Unpacks a download safely and keeps it as an immutable dataset version, on disk and in the registry. */
export const extractDataset = task(
  { name: 'extract-dataset' },
  async (
    { metadata, fetched }: { readonly metadata: DatasetMetadata; readonly fetched: FetchedDataset },
    { services, signal, progress, log, run },
  ): Promise<DatasetVersion> => {
    const { dataDir } = services.project;
    const { folder, owned } = await unpackDownload(fetched.download, fetched.workFolder, { signal, progress });
    const version = await createDatasetVersion({ dataDir, folder, owned, metadata, signal, progress, log });
    await rememberDatasetVersion(services, version, run.flowRunId);
    await rm(fetched.workFolder, { recursive: true, force: true });
    return version;
  },
);
