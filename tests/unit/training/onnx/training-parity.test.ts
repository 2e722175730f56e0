import { expect, test } from '@jest/globals';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { samplesOf, type Samples } from '../../../../src/core/samples.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { createCpuEngine } from '../../../../src/training/engines/cpu-engine.ts';
import { createOnnxEngine } from '../../../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import type { TrainerOptions, TrainingEngine } from '../../../../src/training/engines/training-engine.ts';
import type { ImageShape } from '../../../../src/training/image-shape.ts';
import { initialiseWeights } from '../../../../src/training/initial-weights.ts';
import { loadTensorFlow, type Layer } from '../../../../src/training/tensorflow.ts';

const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const { layers } = tf.layers;
const onnxTest = runtime.kind === 'available' ? test : test.skip;

type Net = { readonly image: ImageShape; readonly classes: number; readonly build: (image: ImageShape) => LayersModel };

/** A net of these layers between scaled pixels and a softmax over four classes. */
function stack(image: ImageShape, hidden: () => Layer[]): Net {
  const build = ({ height, width, channels }: ImageShape): LayersModel => {
    const model = tf.layers.sequential();
    model.add(layers.rescaling({ scale: 1 / 128, offset: -1, inputShape: [height, width, channels] }));
    for (const layer of [...hidden(), layers.dense({ units: 4, activation: 'softmax' })]) model.add(layer);
    return model;
  };
  return { image, classes: 4, build };
}

const conv = (filters: number, kernelSize: number | [number, number], options: object = {}) =>
  layers.conv2d({ filters, kernelSize, activation: 'relu', ...options });

const nets: Readonly<Record<string, Net>> = {
  'one dense layer': stack({ height: 5, width: 4, channels: 2 }, () => [layers.flatten()]),
  'LeNet with dropout in maps and units': stack({ height: 12, width: 12, channels: 1 }, () => [
    conv(4, 5),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.dropout({ rate: 0.3, name: 'maps' }),
    conv(6, 3),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 10, activation: 'relu' }),
    layers.dropout({ rate: 0.5, name: 'units' }),
  ]),
  'same padding, strides, ragged pools, uneven sizes': stack({ height: 11, width: 9, channels: 3 }, () => [
    conv(5, [3, 5], { padding: 'same', strides: 2, useBias: false }),
    layers.maxPooling2d({ poolSize: 2, padding: 'same' }),
    conv(4, 2, { padding: 'same' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
  ]),
  'overlapping pools, stride that leaves a rest': stack({ height: 14, width: 13, channels: 2 }, () => [
    conv(4, 3),
    layers.maxPooling2d({ poolSize: 3, strides: 2 }),
    conv(3, 2, { strides: 3 }),
    layers.flatten(),
  ]),
  'each activation': stack({ height: 6, width: 6, channels: 1 }, () => [
    conv(3, 3, { activation: 'tanh' }),
    conv(3, 1, { activation: 'elu' }),
    layers.activation({ activation: 'sigmoid' }),
    layers.reLU(),
    layers.flatten(),
    layers.dense({ units: 7, activation: 'relu6' }),
    layers.dense({ units: 6 }),
    layers.reLU({ maxValue: 6 }),
  ]),
  'a functional model with a frozen first convolution and a softmax layer': {
    image: { height: 8, width: 8, channels: 3 },
    classes: 3,
    build: ({ height, width, channels }) => {
      const input = tf.layers.input({ shape: [height, width, channels] });
      const frozen = conv(4, 3, { trainable: false, name: 'frozen' }).apply(
        layers.rescaling({ scale: 1 / 255 }).apply(input),
      );
      const pooled = layers.maxPooling2d({ poolSize: 2 }).apply(frozen);
      const flat = layers.flatten().apply(conv(5, 2).apply(pooled));
      const output = layers.softmax().apply(layers.dense({ units: 3 }).apply(flat));
      return tf.layers.model({ inputs: input, outputs: output as typeof input });
    },
  },
};

function randomBatch({ image, classes }: Net, count: number, step: number): Samples {
  const random = seededRandom('batch', step);
  const { height, width, channels } = image;
  const images = Uint8Array.from({ length: count * height * width * channels }, () => random.integer(256));
  const labels = Int32Array.from({ length: count }, () => random.integer(classes));
  return samplesOf({ images, labels, count, ...image });
}

async function train(engine: TrainingEngine, net: Net, options: TrainerOptions & { learningRate: number }) {
  const model = net.build(net.image);
  initialiseWeights(tf, model, 5);
  const trainer = await engine.createTrainer(model, options);
  try {
    const losses: number[] = [];
    for (const [step, count] of [6, 6, 6, 6, 6, 2].entries()) {
      const { loss } = await trainer.step(randomBatch(net, count, step), options.learningRate);
      losses.push(loss);
    }
    return { losses, weights: await trainer.readWeights(), names: model.weights.map(({ name }) => name) };
  } finally {
    await trainer.dispose();
  }
}

const largestDifference = (left: ArrayLike<number>, right: ArrayLike<number>): number =>
  Array.from(left).reduce((worst, value, index) => Math.max(worst, Math.abs(value - right[index]!)), 0);

onnxTest.each(Object.keys(nets))(
  '%s: five full batches and a partial one give the losses and weights of automatic differentiation',
  async (title) => {
    const net = nets[title]!;
    const options = { seed: 9, threads: 1, labelSmoothing: 0.1, learningRate: 1e-3 };
    const expected = await train(createCpuEngine(tf), net, options);
    const actual = await train(createOnnxEngine(runtime), net, options);

    expect(largestDifference(actual.losses, expected.losses)).toBeLessThanOrEqual(1e-5);
    expect(actual.weights).toHaveLength(expected.weights.length);
    actual.weights.forEach((weight, index) => {
      expect([expected.names[index], largestDifference(weight, expected.weights[index]!) <= 1e-5]).toEqual([
        expected.names[index],
        true,
      ]);
    });
  },
);

onnxTest('weights whose gradients are near Adam’s epsilon move as in TensorFlow.js', async () => {
  // Pixels scaled down to 1e-6 make gradients of the first kernel of about 1e-8.
  const net = stack({ height: 4, width: 4, channels: 1 }, () => [
    layers.rescaling({ scale: 1e-6, offset: 0 }),
    layers.flatten(),
  ]);
  const options = { seed: 1, threads: 1, labelSmoothing: 0, learningRate: 1e-2 };
  const expected = await train(createCpuEngine(tf), net, options);
  const actual = await train(createOnnxEngine(runtime), net, options);
  const moved = largestDifference(expected.weights[0]!, (await startWeights(net))[0]!);
  expect(moved).toBeGreaterThan(1e-4);
  expect(moved).toBeLessThan(0.06);
  expect(largestDifference(actual.weights[0]!, expected.weights[0]!)).toBeLessThanOrEqual(1e-5);
});

function startWeights(net: Net): Promise<Float32Array[]> {
  const model = net.build(net.image);
  initialiseWeights(tf, model, 5);
  return Promise.resolve(model.weights.map((weight) => Float32Array.from(weight.read().dataSync())));
}
