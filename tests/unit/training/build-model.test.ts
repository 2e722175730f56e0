import { expect, test } from '@jest/globals';
import { ParameterError, TrainingError } from '../../../src/core/errors.ts';
import { buildModel, completeSpec } from '../../../src/training/build-model.ts';
import { loadTensorFlow } from '../../../src/training/tensorflow.ts';
import { copyWeights } from '../../../src/training/weights.ts';

const tf = await loadTensorFlow();
const image = { height: 16, width: 12, channels: 3 };

test('cnn takes pixels and gives class probabilities', () => {
  const model = buildModel(tf, { name: 'cnn', parameters: { filters: 4, blocks: 2 } }, image, 5, 1);
  expect(model.inputs[0]!.shape).toEqual([null, 16, 12, 3]);
  expect(model.outputs[0]!.shape).toEqual([null, 5]);
  const output = model.predict(tf.core.fill([2, 16, 12, 3], 255));
  const rows = tf.core.sum(Array.isArray(output) ? output[0]! : output, 1).dataSync();
  expect([...rows].map((row) => row.toFixed(5))).toEqual(['1.00000', '1.00000']);
});

test('weights are the same for the same seed, differ for another and between layers', () => {
  const spec = { name: 'dense', parameters: { units: 8 } };
  const weights = (seed: number) => copyWeights(buildModel(tf, spec, image, 5, seed));
  expect(weights(7)).toEqual(weights(7));
  expect(weights(7)[0]).not.toEqual(weights(8)[0]);

  const limit = Math.sqrt(6 / (16 * 12 * 3));
  const kernel = weights(7)[0]!;
  expect(Math.max(...kernel)).toBeLessThanOrEqual(limit);
  expect(Math.max(...kernel)).toBeGreaterThan(0.98 * limit);
  expect(Math.min(...kernel)).toBeLessThan(-0.98 * limit);
});

test('completeSpec fills in defaults', () => {
  expect(completeSpec({ name: 'cnn', parameters: { filters: 8 } }).parameters).toEqual({
    filters: 8,
    blocks: 3,
    kernel: 3,
    units: 64,
    dropout: 0.25,
  });
});

test.each([
  [
    { name: 'perceptron', parameters: {} },
    ParameterError,
    "Unknown architecture 'perceptron'. There is: cnn, dense, lenet, vgg-bn, resnet-small, mobilenet-like, linear, mlp.",
  ],
  [
    { name: 'mlp', parameters: {} },
    ParameterError,
    'is a head on the features of a backbone: name a backbone, or use one of',
  ],
  [{ name: 'cnn', parameters: { filtres: 8 } }, ParameterError, 'filtres'],
  [{ name: 'cnn', parameters: { filters: 'many' } }, ParameterError, 'filters'],
  [{ name: 'cnn', parameters: { blocks: 5 } }, TrainingError, 'needs at least 32×32 pixels; the images are 16×12×3'],
])('%j is refused', (spec, errorClass, message) => {
  const build = () => buildModel(tf, spec, image, 5, 1);
  expect(build).toThrow(errorClass);
  expect(build).toThrow(message);
});
