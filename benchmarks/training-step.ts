/**
 * Claim: a training step of the onnx engine costs a small part of one of TensorFlow.js on the CPU.
 * Both run in this process, taking turns; the shortest of several steps counts. The ratio is that of CPU time over all
 * threads, which other work on the machine hardly changes. Run: node dist/benchmarks/training-step.js
 */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { samplesOf, type Samples } from '../src/core/samples.ts';
import { seededRandom } from '../src/core/seeded-random.ts';
import { buildModel } from '../src/training/build-model.ts';
import { createCpuEngine } from '../src/training/engines/cpu-engine.ts';
import { createOnnxEngine } from '../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../src/training/engines/onnx-runtime.ts';
import type { Trainer } from '../src/training/engines/training-engine.ts';
import type { ImageShape } from '../src/training/image-shape.ts';
import { initialiseWeights } from '../src/training/initial-weights.ts';
import { loadTensorFlow } from '../src/training/tensorflow.ts';

const ROUNDS = 3;
const ONNX_STEPS_A_ROUND = 8;
const CPU_BATCH = 4;
const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const engines = { cpu: createCpuEngine(tf), onnx: createOnnxEngine(runtime) };

/** The usual net for MNIST: two convolutions of 3×3, a hidden layer of 128; 225,034 weights. */
function leNet(): LayersModel {
  const { layers } = tf.layers;
  const model = tf.layers.sequential();
  model.add(layers.rescaling({ scale: 1 / 255, inputShape: [28, 28, 1] }));
  model.add(layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }));
  model.add(layers.maxPooling2d({ poolSize: 2 }));
  model.add(layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }));
  model.add(layers.maxPooling2d({ poolSize: 2 }));
  model.add(layers.flatten());
  model.add(layers.dense({ units: 128, activation: 'relu' }));
  model.add(layers.dense({ units: 10, activation: 'softmax' }));
  initialiseWeights(tf, model, 1);
  return model;
}

const signs: ImageShape = { height: 32, width: 32, channels: 1 };
const nets = [
  {
    name: 'LeNet 28×28×1, batch 128',
    image: { height: 28, width: 28, channels: 1 },
    classes: 10,
    count: 128,
    build: leNet,
  },
  {
    name: 'default cnn 32×32×1, batch 32',
    image: signs,
    classes: 26,
    count: 32,
    build: () => buildModel(tf, { name: 'cnn', parameters: {} }, signs, 26, 1),
  },
];

for (const net of nets) {
  const options = { seed: 1, labelSmoothing: 0 };
  const batch = randomBatch(net.image, net.count, net.classes);
  // Its time grows with the number of images, so a small batch is enough to know its time an image.
  const smallBatch = randomBatch(net.image, CPU_BATCH, net.classes);
  const runs = [
    { name: 'tfjs cpu', engine: engines.cpu, threads: 1, batch: smallBatch, steps: 1 },
    { name: 'onnx, 1 thread', engine: engines.onnx, threads: 1, batch, steps: ONNX_STEPS_A_ROUND },
    { name: 'onnx, 2 threads', engine: engines.onnx, threads: 2, batch, steps: ONNX_STEPS_A_ROUND },
  ];
  const trainers = await Promise.all(
    runs.map(({ engine, threads }) => engine.createTrainer(net.build(), { ...options, threads })),
  );
  const shortest = runs.map((): Cost => ({ wallMs: Infinity, cpuMs: Infinity }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, run] of runs.entries()) {
      const costs = [shortest[index]!, ...(await stepCosts(trainers[index]!, run.batch, run.steps, net.count))];
      shortest[index] = {
        wallMs: Math.min(...costs.map(({ wallMs }) => wallMs)),
        cpuMs: Math.min(...costs.map(({ cpuMs }) => cpuMs)),
      };
    }
  }
  for (const trainer of trainers) await trainer.dispose();
  console.log(`${net.name}: milliseconds a step`);
  for (const [index, { name }] of runs.entries()) {
    const { wallMs, cpuMs } = shortest[index]!;
    const ratio = shortest[0]!.cpuMs / cpuMs;
    console.log(`  ${name.padEnd(16)} wall ${column(wallMs)}   CPU ${column(cpuMs)}   ${ratio.toFixed(0)} × tfjs cpu`);
  }
}

type Cost = { readonly wallMs: number; readonly cpuMs: number };

/** What steps cost, for `count` images each. */
async function stepCosts(trainer: Trainer, batch: Samples, steps: number, count: number): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let step = 0; step < steps; step += 1) {
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    await trainer.step(batch, 1e-3);
    const { user, system } = process.cpuUsage(cpuBefore);
    const wallMs = performance.now() - before;
    const scale = count / batch.count;
    costs.push({ wallMs: wallMs * scale, cpuMs: ((user + system) / 1000) * scale });
  }
  return costs;
}

function column(milliseconds: number): string {
  return milliseconds.toFixed(1).padStart(9);
}

function randomBatch(image: ImageShape, count: number, classes: number): Samples {
  const random = seededRandom('benchmark');
  const images = Uint8Array.from({ length: count * image.height * image.width * image.channels }, () =>
    random.integer(256),
  );
  const labels = Int32Array.from({ length: count }, () => random.integer(classes));
  return samplesOf({ images, labels, count, ...image });
}
