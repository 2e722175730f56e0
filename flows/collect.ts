import { checkDatasetStatus, downloadDataset, extractDataset, flow, loadDatasetMetadata } from '../src/index.ts';
import { collectParameters } from './parameters/collect.ts';

/** source ──▶ metadata ──▶ status ──▶ download ──▶ extract ──▶ dataset version */
export const collect = flow(
  {
    name: 'collect',
    description: 'Fetch a dataset and keep it as an immutable version',
    parameters: collectParameters,
  },
  async ({ source, force, requireFresh }) => {
    const metadata = await loadDatasetMetadata({ source, requireFresh });
    const status = await checkDatasetStatus({ metadata });
    if (status.kind === 'current' && !force) return status.version;
    const fetched = await downloadDataset({ metadata, unlessCollected: !force });
    return extractDataset({ metadata, fetched });
  },
);
