import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { DataError } from '../core/errors.ts';
import { loadTensorFlow, type TensorFlow } from './tensorflow.ts';

const MODEL_FILE = 'model.json';
const WEIGHTS_FILE = 'weights.bin';

/** Saves a model as TensorFlow.js does: `model.json` (topology and weight list) and `weights.bin` in the folder. */
export async function saveLayersModel(model: LayersModel, folder: string): Promise<void> {
  const tf = await loadTensorFlow();
  await mkdir(folder, { recursive: true });
  await model.save(fileHandler(tf, folder));
}

/**
 * Loads a model saved by `saveLayersModel`, or by TensorFlow.js with its weights in one file.
 * @throws DataError when a file is missing or damaged.
 */
export async function loadLayersModel(folder: string): Promise<LayersModel> {
  const tf = await loadTensorFlow();
  try {
    return await tf.layers.loadLayersModel(fileHandler(tf, folder));
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`No TensorFlow.js model could be loaded from ${folder}: ${reason}`, { cause: error });
  }
}

/** TensorFlow.js's way to files, which it brings along only for browsers and its native add-on. */
function fileHandler({ core }: TensorFlow, folder: string): io.IOHandler {
  return {
    save: async (artifacts) => {
      const { modelTopology, format, generatedBy, convertedBy, weightSpecs = [], weightData = [] } = artifacts;
      const weightsManifest = [{ paths: [WEIGHTS_FILE], weights: weightSpecs }];
      const description = { modelTopology, format, generatedBy, convertedBy, weightsManifest };
      await writeFile(join(folder, WEIGHTS_FILE), Buffer.concat([weightData].flat().map((part) => Buffer.from(part))));
      await writeFile(join(folder, MODEL_FILE), `${JSON.stringify(description)}\n`);
      return { modelArtifactsInfo: core.io.getModelArtifactsInfoForJSON(artifacts) };
    },
    load: async () => {
      const text = await readFile(join(folder, MODEL_FILE), 'utf8');
      const { modelTopology, weightsManifest } = modelFile.parse(JSON.parse(text));
      const [{ weights: weightSpecs }] = weightsManifest;
      const bytes = await readFile(join(folder, WEIGHTS_FILE));
      requireLength(folder, bytes.byteLength, weightSpecs);
      return { modelTopology, weightSpecs, weightData: Uint8Array.from(bytes).buffer };
    },
  };
}

const modelFile = z.object({
  modelTopology: z.looseObject({}),
  weightsManifest: z.tuple([
    z.object({
      paths: z.tuple([z.literal(WEIGHTS_FILE)]),
      weights: z.array(z.object({ name: z.string(), shape: z.array(z.int()), dtype: z.literal('float32') })),
    }),
  ]),
});

function requireLength(
  folder: string,
  actual: number,
  weights: readonly { readonly shape: readonly number[] }[],
): void {
  const expected = weights.reduce((sum, { shape }) => sum + 4 * shape.reduce((size, length) => size * length, 1), 0);
  if (actual === expected) return;
  throw new DataError(
    `${join(folder, WEIGHTS_FILE)} is damaged: ${MODEL_FILE} lists ${expected} bytes of weights, it has ${actual}. ` +
      'Restore the file or train the model again.',
  );
}
