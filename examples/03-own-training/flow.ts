/**
 * Your own training on mlflow-ts's data: the public tasks fetch, version, decode and split the images; the model, its
 * evaluation and its files are yours; registering gives it a version, an alias and a card.
 *
 *   mlflow-ts run examples/03-own-training/flow.ts:ownTraining
 *   mlflow-ts models show nearest-mean
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkDatasetStatus,
  decodeImages,
  downloadDataset,
  extractDataset,
  flow,
  loadDatasetMetadata,
  logMetrics,
  logParams,
  openTensorCache,
  planSplit,
  registerModel,
  task,
} from 'mlflow-ts';
import { z } from 'zod';
import { accuracy, fitMeans } from './nearest-mean.ts';

const IMAGE = { imageSize: 16, channels: 1 } as const;
const SPLIT = { split: 'hash', validationShare: 0.25, testShare: 0.25, splitSalt: 'own', testFolder: 'merge' } as const;

const prepare = flow(
  { name: 'prepare-images', parameters: z.strictObject({ source: z.string() }) },
  async ({ source }) => {
    const metadata = await loadDatasetMetadata({ source, requireFresh: false });
    const status = await checkDatasetStatus({ metadata });
    const version =
      status.kind === 'current'
        ? status.version
        : await extractDataset({ metadata, fetched: await downloadDataset({ metadata }) });
    const settings = await planSplit({ version, ...IMAGE, ...SPLIT, maxBrokenShare: 0 });
    const cache = await decodeImages({ version, settings, workers: 1 });
    return { path: cache.path, datasetVersion: version.id, classNames: cache.classNames };
  },
);

type Trained = { readonly testAccuracy: number; readonly version: number };

/** Pixels never travel between tasks: the task opens the cache by its path and returns numbers and references. */
const train = task(
  { name: 'train-nearest-mean' },
  async (
    input: { path: string; datasetVersion: string; classNames: readonly string[] },
    { services },
  ): Promise<Trained> => {
    const cache = await openTensorCache(join(services.project.dataDir, input.path));
    const model = fitMeans(await cache.load('train'), input.classNames.length);
    const validationAccuracy = accuracy(model, await cache.load('validation'));
    const testAccuracy = accuracy(model, await cache.load('test'));
    logParams({ kind: 'nearest mean', classes: input.classNames.length });
    logMetrics({ validationAccuracy, testAccuracy });
    const folder = await mkdtemp(join(tmpdir(), 'nearest-mean-'));
    try {
      await mkdir(join(folder, 'means'));
      await writeFile(join(folder, 'means/means.json'), JSON.stringify({ classNames: input.classNames, means: model }));
      const { version } = await registerModel(folder, 'nearest-mean', {
        alias: 'challenger',
        datasetVersion: input.datasetVersion,
        synthetic: true,
      });
      return { testAccuracy, version };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

/** source ──▶ prepare images (subflow) ──▶ train, evaluate, register */
export const ownTraining = flow(
  {
    name: 'own-training',
    description: 'Trains a nearest-mean classifier on images of any source and registers it',
    parameters: z.strictObject({
      source: z.string().default('sample:signs?perClass=30').describe('As for the flow collect'),
    }),
  },
  async ({ source }) => train(await prepare({ source })),
);
