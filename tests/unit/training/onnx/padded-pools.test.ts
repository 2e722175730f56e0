import { expect, test } from '@jest/globals';
import { findBlockKernels } from '../../../../src/training/engines/block-kernels.ts';
import { createCpuEngine } from '../../../../src/training/engines/cpu-engine.ts';
import { createOnnxEngine } from '../../../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import type { TrainingEngine } from '../../../../src/training/engines/training-engine.ts';
import { initialiseWeights } from '../../../../src/training/initial-weights.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';

const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const onnxTest = runtime.kind === 'available' ? test : test.skip;
const { layers } = tf.layers;

const ROWS = 3;
const inputs = Uint8Array.from({ length: ROWS * 6 * 5 * 8 }, (_, index) => (index * 89) % 251);

/** All values that go into the padding are negative, so that its zeros are the largest. */
async function predict(engine: TrainingEngine, kind: 'max' | 'average', poolSize: number): Promise<number[]> {
  const model = tf.layers.sequential();
  model.add(layers.rescaling({ scale: -1 / 255, offset: -1, inputShape: [6, 5, 8] }));
  model.add(layers.zeroPadding2d({ padding: 1 }));
  const pool = { poolSize, strides: 2 };
  model.add(kind === 'max' ? layers.maxPooling2d(pool) : layers.averagePooling2d(pool));
  model.add(layers.flatten());
  model.add(layers.dense({ units: 3, activation: 'softmax' }));
  initialiseWeights(tf, model, 5);
  const trainer = await engine.createTrainer(model, { seed: 1, threads: 1 });
  try {
    return [...(await trainer.predict(inputs, ROWS))];
  } finally {
    await trainer.dispose();
  }
}

onnxTest.each([
  ['max', 1],
  ['max', 3],
  ['average', 1],
  ['average', 3],
] as const)('a %s pool of %i sees the zeros around it in every engine', async (kind, poolSize) => {
  const expected = await predict(createCpuEngine(tf), kind, poolSize);
  for (const kernels of [undefined, await findBlockKernels(runtime)]) {
    const actual = await predict(createOnnxEngine(runtime, kernels), kind, poolSize);
    for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, 5);
  }
});
