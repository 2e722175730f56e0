import { access, rename, rm } from 'node:fs/promises';
import { DataError } from '../../core/errors.ts';
import type { FlowRunId } from '../../core/ids.ts';
import type { DatasetVersion } from '../../datasets/dataset-version.ts';
import type { DatasetMetadata } from '../../datasets/source.ts';
import { task } from '../flow-api.ts';
import type { AppServices } from '../services.ts';
import type { FetchedDataset } from './download-dataset.ts';

/** Unpacks a download safely and keeps it as an immutable dataset version, on disk and in the registry. */
export const extractDataset = task(
  { name: 'extract-dataset' },
  async (
    { metadata: found, fetched }: { readonly metadata: DatasetMetadata; readonly fetched: FetchedDataset },
    { services, signal, progress, log, run },
  ): Promise<DatasetVersion> => {
    const { dataDir } = services.project;
    if ('version' in fetched) return fetched.version;
    const { download, workFolder } = fetched;
    // It is written beside the files.
    const metadata = services.secrets.seal.data(found);
    if (!(await exists(workFolder))) {
      return versionMadeBefore(services, metadata, { workFolder, flowRunId: run.flowRunId });
    }
    const { unpackDownload } = await import('../../datasets/unpack-download.ts');
    const { createDatasetVersion } = await import('../../datasets/version/create-dataset-version.ts');
    const { rememberDatasetVersion } = await import('../dataset-versions.ts');
    try {
      const unpacked = await unpackDownload(download, workFolder, { signal, progress });
      const version = await createDatasetVersion({ ...unpacked, dataDir, metadata, signal, progress, log });
      await rememberDatasetVersion(services, version, run.flowRunId);
      await removeKept(services, found, fetched.keptFolder);
      await removeWhole(workFolder);
      return version;
    } catch (error) {
      // What cannot be used must not be taken for a download again.
      if (error instanceof DataError) await removeKept(services, found, fetched.keptFolder);
      throw error;
    }
  },
);

/** Not while another run is at it: that one removes it. */
async function removeKept(services: AppServices, metadata: DatasetMetadata, folder: string | undefined): Promise<void> {
  if (folder === undefined || !(await exists(folder))) return;
  const { lockOfDownload } = await import('../download-folders.ts');
  const { tryLock } = await import('../file-lock.ts');
  const lock = await tryLock(lockOfDownload(services, metadata));
  if (lock === 'held' || lock === 'elsewhere') return;
  await rm(folder, { recursive: true, force: true });
  await lock.release();
}

/** The download is removed last: where it is gone, an attempt that died before its end was recorded had made the version. */
async function versionMadeBefore(
  { project }: AppServices,
  { source, upstreamVersion }: DatasetMetadata,
  { workFolder, flowRunId }: { readonly workFolder: string; readonly flowRunId: FlowRunId },
): Promise<DatasetVersion> {
  const { findLocalVersion } = await import('../../datasets/version/check-status.ts');
  const version = await findLocalVersion({ dataDir: project.dataDir, source, upstreamVersion });
  if (version !== undefined) return version;
  throw new DataError(
    `The download in ${workFolder} is gone and there is no dataset version of it. Fetch it again: mlflow-ts runs retry ${flowRunId} --from download-dataset`,
  );
}

/** By another name first, so that nobody ever takes half of a download for all of it. */
async function removeWhole(folder: string): Promise<void> {
  const { discard, temporarySibling } = await import('../../storage/atomic-write.ts');
  const doomed = temporarySibling(folder);
  await rename(folder, doomed);
  await discard(doomed);
}

async function exists(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}
