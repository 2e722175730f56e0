import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetVersion } from '../../datasets/dataset-version.ts';
import type { DatasetMetadata, Download } from '../../datasets/source.ts';
import { task } from '../flow-api.ts';
import { sourceContextOf } from '../services.ts';

/**
 * A download and the folder it may be in, which is removed once the dataset is extracted, as is the folder with what a later try
 * would go on with; or the version that another run has made of it meanwhile.
 */
export type FetchedDataset =
  | { readonly download: Download; readonly workFolder: string; readonly keptFolder?: string }
  | { readonly version: DatasetVersion };

/**
 * Fetches what the source offers into a folder of its own below `data/downloads`; runs that want the same take turns. With
 * `unlessCollected` it gives the complete local version instead, when another run made that before this one came to download, and
 * the source may take what earlier versions have.
 */
export const downloadDataset = task(
  { name: 'download-dataset' },
  async (
    { metadata, unlessCollected = false }: { readonly metadata: DatasetMetadata; readonly unlessCollected?: boolean },
    context,
  ): Promise<FetchedDataset> => {
    const { downloadsDirOf, keptDownloadOf, lockOfDownload, touchKeptDownload } =
      await import('../download-folders.ts');
    const { openSource } = await import('../../datasets/sources/open-source.ts');
    const { waitForLock } = await import('../file-lock.ts');
    const { services, signal, log } = context;
    const workFolder = join(downloadsDirOf(services), context.run.taskRunId);
    const onWait = () => log.info(`Another run is downloading ${metadata.name}; waiting for it.`);
    const lock = await waitForLock(lockOfDownload(services, metadata), { clock: services.clock, signal, onWait });
    try {
      const version = unlessCollected ? await collectedMeanwhile(services, metadata) : undefined;
      if (version !== undefined) return { version };
      const keptFolder = lock === undefined ? join(workFolder, 'kept') : keptDownloadOf(services, metadata);
      await touchKeptDownload(keptFolder, services.clock);
      await rm(workFolder, { recursive: true, force: true });
      const into = join(workFolder, 'files');
      await mkdir(into, { recursive: true });
      const source = await openSource(metadata.source, sourceContextOf(services));
      const earlier = () => (unlessCollected ? listEarlier(services, metadata) : Promise.resolve([]));
      const download = await source.download(into, { ...context, metadata, keptFolder, earlier });
      return { download, workFolder, keptFolder };
    } catch (error) {
      await rm(workFolder, { recursive: true, force: true });
      throw error;
    } finally {
      await lock?.release();
    }
  },
);

async function collectedMeanwhile(
  { project, secrets }: Parameters<typeof sourceContextOf>[0],
  metadata: DatasetMetadata,
): Promise<DatasetVersion | undefined> {
  const { findLocalVersion } = await import('../../datasets/version/check-status.ts');
  const { source, upstreamVersion } = secrets.seal.data(metadata);
  return findLocalVersion({ dataDir: project.dataDir, source, upstreamVersion });
}

async function listEarlier(
  { project }: Parameters<typeof sourceContextOf>[0],
  { source }: DatasetMetadata,
): Promise<readonly string[]> {
  const { listFilesOfScheme } = await import('../../datasets/version/check-status.ts');
  return listFilesOfScheme(project.dataDir, source.slice(0, source.indexOf(':')));
}
