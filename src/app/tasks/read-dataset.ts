import type { DatasetVersion } from '../../datasets/dataset-version.ts';
import { task } from '../flow-api.ts';

/** Finds a dataset version, by id, id prefix, dataset name or `latest`, and makes sure that this machine has it whole. */
export const readDataset = task(
  { name: 'read-dataset' },
  async (input: { readonly datasetVersion: string }, { services, log }): Promise<DatasetVersion> => {
    const { openDatasetVersion } = await import('../dataset-versions.ts');
    const version = await openDatasetVersion(services, input.datasetVersion);
    const { name, samples, classNames, boxes } = version;
    const withBoxes = boxes === undefined ? '' : ` with ${boxes} boxes`;
    const synthetic = version.synthetic ? ', synthetic' : '';
    log.info(`${name}: ${samples} images${withBoxes} of ${classNames.length} classes${synthetic}`);
    return version;
  },
);
