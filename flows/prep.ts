import { decodeImages, describeSplits, flow, planSplit, readDataset } from '../src/index.ts';
import { prepParameters } from './parameters/prep.ts';

/** dataset version ──▶ read ──▶ plan split ──▶ decode, resize, split ──▶ tensor cache */
export const prep = flow(
  {
    name: 'prep',
    description: 'Decode, resize and split the images of a dataset version into a tensor cache',
    parameters: prepParameters,
  },
  async ({ datasetVersion, decodeWorkers, ...wanted }) => {
    const version = await readDataset({ datasetVersion });
    const settings = await planSplit({ version, ...wanted });
    const cache = await decodeImages({ version, settings, workers: decodeWorkers });
    await describeSplits({ cache });
    return cache;
  },
);
