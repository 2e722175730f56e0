import { mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { DataError, EnvironmentError } from '../../../src/core/errors.ts';
import { seededRandom } from '../../../src/core/seeded-random.ts';
import { buildHead, buildModel } from '../../../src/training/build-model.ts';
import { predictOnCpu } from '../../../src/training/engines/cpu-engine.ts';
import { findOnnxRuntime } from '../../../src/training/engines/onnx-runtime.ts';
import { loadLayersModel } from '../../../src/training/layers-files.ts';
import { saveModelFiles } from '../../../src/training/model-files.ts';
import { createPredictor, loadPredictor } from '../../../src/training/predictor.ts';
import { loadTensorFlow } from '../../../src/training/tensorflow.ts';
import { copyWeights } from '../../../src/training/weights.ts';
import { graphOf, mobileNetV3Like } from '../../helpers/random-backbones.ts';

const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const onnxTest = runtime.kind === 'available' ? test : test.skip;
const root = await mkdtemp(join(tmpdir(), 'model-files-'));
afterAll(() => rm(root, { recursive: true }));

const image = { height: 16, width: 12, channels: 3 };
const classNames = ['A', 'B', 'C', 'D', 'E'];
const newModel = (): LayersModel => buildModel(tf, { name: 'cnn', parameters: { filters: 8 } }, image, 5, 4);
const random = seededRandom('pixels');
const images = Uint8Array.from({ length: 7 * 16 * 12 * 3 }, () => random.integer(256));

function turnedModel(): LayersModel {
  const model = tf.layers.sequential();
  model.add(tf.layers.layers.permute({ name: 'turn', dims: [2, 1, 3], inputShape: [16, 12, 3] }));
  model.add(tf.layers.layers.flatten());
  model.add(tf.layers.layers.dense({ units: 5, activation: 'softmax' }));
  return model;
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(1e-5));
}

test('a saved model loads with the weights it had', async () => {
  const folder = join(root, 'saved');
  const model = newModel();
  const { files, withoutOnnx } = await saveModelFiles(model, folder, { classNames });
  expect(files).toEqual(['layers/model.json', 'layers/weights.bin', 'model.onnx']);
  expect(withoutOnnx).toBeUndefined();
  const loaded = await loadLayersModel(join(folder, 'layers'));
  expect(copyWeights(loaded)).toEqual(copyWeights(model));
  expect(predictOnCpu(tf, loaded, images, 7)).toEqual(predictOnCpu(tf, model, images, 7));
});

test('saving an equal model again writes the same bytes', async () => {
  const contents = await Promise.all(
    ['first', 'second'].map(async (name) => {
      const { files } = await saveModelFiles(newModel(), join(root, name), { classNames });
      return Promise.all(files.map((file) => readFile(join(root, name, file), 'base64')));
    }),
  );
  expect(contents[0]).toEqual(contents[1]);
});

onnxTest('the ONNX file gives the probabilities of the LayersModel, for any number of images', async () => {
  const folder = join(root, 'onnx');
  const model = newModel();
  await saveModelFiles(model, folder, { classNames });
  const predictor = await loadPredictor(folder);
  try {
    expect(predictor).toMatchObject({ engine: 'onnx', image, classes: 5 });
    for (const count of [1, 7, 2]) {
      const some = images.subarray(0, count * 16 * 12 * 3);
      expectClose(await predictor.predict(some, count), predictOnCpu(tf, model, some, count));
    }
    await expect(predictor.predict(images, 6)).rejects.toThrow('6 of them are 3456 bytes, received 4032');
  } finally {
    await predictor.dispose();
  }
});

test('a model without an ONNX form is saved without it, saying why, and predicts on the cpu engine', async () => {
  const folder = join(root, 'pooled');
  const model = turnedModel();
  const { files, withoutOnnx } = await saveModelFiles(model, folder, { classNames });
  expect(files).toEqual(['layers/model.json', 'layers/weights.bin']);
  expect(withoutOnnx).toContain("Layer 'turn' (Permute)");
  for (const predictor of [await loadPredictor(folder), await createPredictor(model)]) {
    expect(predictor).toMatchObject({ engine: 'cpu', image, classes: 5 });
    expectClose(await predictor.predict(images, 7), predictOnCpu(tf, model, images, 7));
    await expect(predictor.predict(images, 1)).rejects.toThrow(DataError);
  }
});

onnxTest('a predictor for a model in memory gives its probabilities', async () => {
  const model = newModel();
  const predictor = await createPredictor(model, { threads: 2 });
  expect(predictor.engine).toBe('onnx');
  expectClose(await predictor.predict(images, 7), predictOnCpu(tf, model, images, 7));
  await predictor.dispose();
});

test('damaged and missing files are named', async () => {
  const folder = join(root, 'damaged');
  await saveModelFiles(newModel(), folder, { classNames });
  await truncate(join(folder, 'layers/weights.bin'), 100);
  await expect(loadLayersModel(join(folder, 'layers'))).rejects.toThrow(/weights\.bin is damaged: .* it has 100/);
  await writeFile(join(folder, 'layers/model.json'), '{"modelTopology":');
  await expect(loadLayersModel(join(folder, 'layers'))).rejects.toThrow(DataError);
  await expect(loadPredictor(join(root, 'nowhere'))).rejects.toThrow(DataError);
});

onnxTest('a damaged ONNX file is a DataError', async () => {
  const folder = join(root, 'damaged-onnx');
  await saveModelFiles(newModel(), folder, { classNames });
  await truncate(join(folder, 'model.onnx'), 500);
  await expect(loadPredictor(folder)).rejects.toThrow(DataError);
});

test('of a model on a backbone a machine without ONNX Runtime says file, reason and remedy; a lost ONNX file is named', async () => {
  const folder = join(root, 'transfer');
  const head = buildHead(tf, { name: 'linear', parameters: {} }, 12, 5, 1);
  await saveModelFiles(head, folder, { classNames, backbone: graphOf(mobileNetV3Like()) });
  const missing = { kind: 'missing', reason: 'onnxruntime-node cannot be loaded here (no binary)' } as const;
  const refusal = async (): Promise<Error> => {
    const error: unknown = await loadPredictor(folder, { runtime: missing }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EnvironmentError);
    return error as Error;
  };
  const why = 'layers beside it is the head alone, without the backbone';
  const { message } = await refusal();
  expect(message).toContain(`The model ${join(folder, 'model.onnx')} can only be executed by ONNX Runtime (${why})`);
  expect(message).toContain(
    'and onnxruntime-node cannot be loaded here (no binary). Run `npm install onnxruntime-node`',
  );
  expect(message).toContain('`mlflow-ts doctor` tells whether it loads');
  await rename(join(folder, 'layers'), join(folder, 'gone'));
  expect((await refusal()).message).toContain('there is no layers folder beside it');
  await rename(join(folder, 'gone'), join(folder, 'layers'));
  await rm(join(folder, 'model.onnx'));
  await expect(loadPredictor(folder)).rejects.toThrow(`model.onnx, which is missing from ${folder}. Restore the file`);
});
