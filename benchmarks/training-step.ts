/**
 * Claim: a training step of the onnx engine costs a small part of one of TensorFlow.js on the CPU.
 * Both run in this process, taking turns; the shortest of several steps counts. Run: node dist/benchmarks/training-step.js
 */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledImages } from '../src/core/labelled-images.ts';
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

const signs: ImageShape = { height: 64, width: 64, channels: 3 };
const nets = [
  {
    name: 'LeNet 28×28×1, batch 128',
    image: { height: 28, width: 28, channels: 1 },
    classes: 10,
    count: 128,
    build: leNet,
  },
  {
    name: 'default cnn 64×64×3, batch 32',
    image: signs,
    classes: 26,
    count: 32,
    build: () => buildModel(tf, { name: 'cnn', parameters: {} }, signs, 26, 1),
  },
];

for (const net of nets) {
  const batch = randomBatch(net.image, net.count, net.classes);
  const options = { seed: 1, labelSmoothing: 0 };
  const trainers = {
    'tfjs cpu': await engines.cpu.createTrainer(net.build(), { ...options, threads: 1 }),
    'onnx, 1 thread': await engines.onnx.createTrainer(net.build(), { ...options, threads: 1 }),
    'onnx, 2 threads': await engines.onnx.createTrainer(net.build(), { ...options, threads: 2 }),
  };
  const shortest: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, trainer] of Object.entries(trainers)) {
      const milliseconds = await shortestStep(trainer, batch, name === 'tfjs cpu' ? 1 : ONNX_STEPS_A_ROUND);
      shortest[name] = Math.min(shortest[name] ?? Infinity, milliseconds);
    }
  }
  for (const trainer of Object.values(trainers)) await trainer.dispose();
  console.log(net.name);
  for (const [name, milliseconds] of Object.entries(shortest)) {
    const ratio = shortest['tfjs cpu']! / milliseconds;
    console.log(
      `  ${name.padEnd(16)} ${milliseconds.toFixed(1).padStart(8)} ms a step   ${ratio.toFixed(1)} × tfjs cpu`,
    );
  }
}

async function shortestStep(trainer: Trainer, batch: LabelledImages, steps: number): Promise<number> {
  let shortest = Infinity;
  for (let step = 0; step < steps; step += 1) {
    const started = performance.now();
    await trainer.step(batch, 1e-3);
    shortest = Math.min(shortest, performance.now() - started);
  }
  return shortest;
}

function randomBatch(image: ImageShape, count: number, classes: number): LabelledImages {
  const random = seededRandom('benchmark');
  const images = Uint8Array.from({ length: count * image.height * image.width * image.channels }, () =>
    random.integer(256),
  );
  return { images, labels: Int32Array.from({ length: count }, () => random.integer(classes)), count, ...image };
}
