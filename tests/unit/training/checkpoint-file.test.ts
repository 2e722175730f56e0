import { beforeEach, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkpointFile } from '../../../src/training/checkpoint-file.ts';
import type { FitState } from '../../../src/training/fit-state.ts';

const metrics = { epoch: 1, loss: 0.1, accuracy: 1 / 3, validationLoss: 0.5, validationAccuracy: 0.7 };
const state: FitState = {
  history: [{ ...metrics, learningRate: 1e-3, seconds: 0.123456789, imagesPerSecond: 7 }],
  best: { epoch: 1, weights: [Float32Array.of(0.1, -0), Float32Array.of(NaN, 1e-45)] },
  trainer: {
    steps: 12,
    tensors: {
      kernel: { shape: [2, 1], data: Float32Array.of(0.1, -0) },
      scalar: { shape: [], data: Float32Array.of(3) },
    },
  },
};

let file: string;
let warnings: string[];
const open = (identity = { engine: 'onnx' }) => checkpointFile(file, identity, (message) => warnings.push(message));

beforeEach(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'checkpoint-')), 'deeper', 'training.safetensors');
  warnings = [];
});

test('gives back what was written last, bit by bit, and nothing before', async () => {
  expect(await open().read()).toBeUndefined();
  await open().write({ ...state, history: [] });
  await open().write(state);
  expect(await open().read()).toEqual(state);
  expect(await readdir(path.dirname(file))).toEqual(['training.safetensors']);
  expect(warnings).toEqual([]);
});

test('ignores a file that is damaged or cut off, and says so', async () => {
  await open().write(state);
  const bytes = await readFile(file);
  bytes[bytes.length - 3]! ^= 1;
  await writeFile(file, bytes);
  expect(await open().read()).toBeUndefined();
  expect(warnings.join()).toMatch(/^The checkpoint .*training.safetensors is ignored .* it is damaged/);
  await truncate(file, 100);
  expect(await open().read()).toBeUndefined();
  expect(warnings).toHaveLength(2);
});

test('ignores the file of another training, and says so', async () => {
  await open().write(state);
  expect(await open({ engine: 'cpu' }).read()).toBeUndefined();
  expect(warnings.join()).toContain('it is of another training, {"engine":"onnx"} and not {"engine":"cpu"}');
});

test('does without a file that cannot be written, and says so', async () => {
  await mkdir(file, { recursive: true });
  await writeFile(path.join(file, 'in-the-way'), '');
  await open().write(state);
  expect(warnings.join()).toContain('Training goes on without a checkpoint of epoch 1');
});
