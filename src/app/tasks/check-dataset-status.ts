import type { DatasetMetadata } from '../../datasets/source.ts';
import { checkStatus, type DatasetStatus } from '../../datasets/version/check-status.ts';
import { task } from '../flow-api.ts';
import { rememberDatasetVersion } from '../dataset-versions.ts';

/** Compares what the source offers with what this machine has, complete. */
export const checkDatasetStatus = task(
  { name: 'check-dataset-status' },
  async ({ metadata }: { readonly metadata: DatasetMetadata }, { services, run, log }): Promise<DatasetStatus> => {
    const status = await checkStatus({ dataDir: services.project.dataDir, metadata });
    log.info(`${metadata.name} is ${status.kind}: ${status.reason}`);
    if (status.kind === 'current') await rememberDatasetVersion(services, status.version, run.flowRunId);
    return status;
  },
);
