import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetMetadata, Download } from '../../datasets/source.ts';
import { task } from '../flow-api.ts';

/** A download and the folder it may be in; that folder is removed once the dataset is extracted. */
export type FetchedDataset = { readonly download: Download; readonly workFolder: string };

/** Fetches what the source offers into a folder of its own below `data/downloads`. */
export const downloadDataset = task(
  { name: 'download-dataset' },
  async ({ metadata }: { readonly metadata: DatasetMetadata }, context): Promise<FetchedDataset> => {
    const { openSource } = await import('../../datasets/sources/open-source.ts');
    const { project, clock, cwd } = context.services;
    const workFolder = join(project.dataDir, 'downloads', context.run.taskRunId);
    await rm(workFolder, { recursive: true, force: true });
    const into = join(workFolder, 'files');
    await mkdir(into, { recursive: true });
    try {
      const source = await openSource(metadata.source, { clock, cwd });
      return { download: await source.download(into, context), workFolder };
    } catch (error) {
      await rm(workFolder, { recursive: true, force: true });
      throw error;
    }
  },
);
