import type { DatasetVersion } from '../../datasets/dataset-version.ts';
import { openDatasetVersion } from '../dataset-versions.ts';
import { task } from '../flow-api.ts';

/** Finds a dataset version, by id, id prefix, dataset name or `latest`, and makes sure that this machine has it whole. */
export const readDataset = task(
  { name: 'read-dataset' },
  async (input: { readonly datasetVersion: string }, { services, log }): Promise<DatasetVersion> => {
    const version = await openDatasetVersion(services, input.datasetVersion);
    const { name, samples, classNames } = version;
    log.info(`${name}: ${samples} images of ${classNames.length} classes${version.synthetic ? ', synthetic' : ''}`);
    return version;
  },
);
