import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { drawCorners } from '../helpers/project.ts';

const SMALL = `
collect:
  source: folder:corners
prep:
  imageSize: 16
hpo:
  space:
    learningRate: { choice: [0.01, 0.003] }
    filters: { choice: [4] }
    blocks: { choice: [2] }
    batchSize: { choice: [16] }
  trialEpochs: 1
register:
  epochs: 6
  threads: 1
`;

/** A folder with ninety small images of three classes and `small.yaml`, with which the whole pipeline takes seconds. */
export async function smallProject(): Promise<string> {
  const folder = await temporaryFolder();
  await drawCorners(path.join(folder, 'corners'), 30);
  await writeFile(path.join(folder, 'small.yaml'), SMALL);
  return folder;
}
