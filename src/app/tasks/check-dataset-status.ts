import type { DatasetMetadata } from '../../datasets/source.ts';
import type { DatasetStatus } from '../../datasets/version/check-status.ts';
import { task } from '../flow-api.ts';

/** Compares what the source offers with what this machine has, complete. */
export const checkDatasetStatus = task(
  { name: 'check-dataset-status' },
  async ({ metadata }: { readonly metadata: DatasetMetadata }, { services, run, log }): Promise<DatasetStatus> => {
    const { checkStatus } = await import('../../datasets/version/check-status.ts');
    const { rememberDatasetVersion } = await import('../dataset-versions.ts');
    const { project, secrets } = services;
    const status = await checkStatus({ dataDir: project.dataDir, metadata: secrets.seal.data(metadata) });
    log.info(`${metadata.name} is ${status.kind}: ${status.reason}`);
    if (status.kind === 'current') await rememberDatasetVersion(services, status.version, run.flowRunId);
    return status;
  },
);
