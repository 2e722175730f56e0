/**
 * Claim: a LeNet (architecture `lenet` as it is) trained on MNIST's 60,000 images classifies at least 0.985 of the 10,000 test images
 * after 2 epochs, and at least 0.99 after at most 6. Two trainings, each with a cosine schedule over its epochs; the test images
 * are looked at once at the end of each.
 *   node dist/benchmarks/mnist-accuracy.js [folder of MNIST's four files]
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '../src/core/clock.ts';
import { samplesOf, type Samples } from '../src/core/samples.ts';
import { buildModel, completeSpec } from '../src/training/build-model.ts';
import { findBlockKernels } from '../src/training/engines/block-kernels.ts';
import { createOnnxEngine } from '../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../src/training/engines/onnx-runtime.ts';
import { accuracyOf } from '../src/training/evaluate.ts';
import { predictInBatches } from '../src/training/predict-in-batches.ts';
import { loadTensorFlow } from '../src/training/tensorflow.ts';
import { trainEpoch } from '../src/training/train-epoch.ts';

const CLAIMS = [
  { epochs: 2, bound: 0.985 },
  { epochs: 6, bound: 0.99 },
] as const;
const IMAGE = { height: 28, width: 28, channels: 1 };
const folder = process.argv[2] ?? join(process.env.MLFLOW_TS_REAL_DATA ?? '../shared/data', 'mnist');

if (existsSync(folder)) {
  const [train, test] = [await images('train'), await images('t10k')];
  for (const { epochs, bound } of CLAIMS) {
    const started = performance.now();
    const accuracy = await trainAndTest(epochs, train, test);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const verdict = accuracy >= bound ? 'holds' : 'DOES NOT HOLD';
    console.log(`${epochs} epochs in ${seconds} s: test accuracy ${accuracy.toFixed(4)}, at least ${bound} ${verdict}`);
    if (accuracy < bound) process.exitCode = 1;
  }
} else {
  console.log(`SKIPPED: there is no ${folder}.`);
}

async function trainAndTest(epochs: number, train: Samples, test: Samples): Promise<number> {
  const tf = await loadTensorFlow();
  const runtime = await findOnnxRuntime();
  const engine = createOnnxEngine(runtime, await findBlockKernels(runtime));
  const architecture = completeSpec({ name: 'lenet', parameters: { dropout: 0.25 } });
  const settings = { architecture, epochs, batchSize: 128, learningRate: 2e-3, seed: 1, schedule: 'cosine' } as const;
  const model = buildModel(tf, architecture, IMAGE, 10, settings.seed);
  const trainer = await engine.createTrainer(model, { seed: settings.seed, threads: 2 });
  try {
    for (let epoch = 1; epoch <= epochs; epoch += 1) {
      const task = { trainer, augmenter: undefined, settings, train, epoch, history: [] };
      const { loss, accuracy } = await trainEpoch(task, { clock: systemClock });
      console.log(
        `  epoch ${epoch} of ${epochs}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)} while training`,
      );
    }
    return accuracyOf(await predictInBatches(trainer, test), test.labels);
  } finally {
    await trainer.dispose();
  }
}

async function images(part: 'train' | 't10k'): Promise<Samples> {
  const [pixels, classes] = await Promise.all(
    ['images-idx3', 'labels-idx1'].map(async (kind) =>
      gunzipSync(await readFile(join(folder, `${part}-${kind}-ubyte.gz`))),
    ),
  );
  const labels = Int32Array.from(classes!.subarray(8));
  return samplesOf({ images: new Uint8Array(pixels!.subarray(16)), labels, count: labels.length, ...IMAGE });
}
