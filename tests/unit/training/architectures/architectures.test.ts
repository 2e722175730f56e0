import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../../../../src/core/errors.ts';
import { ARCHITECTURES } from '../../../../src/training/architectures/catalogue.ts';
import type { Architecture, ArchitectureSpec } from '../../../../src/training/architectures/architecture.ts';
import { buildModel } from '../../../../src/training/build-model.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';
import { copyWeights } from '../../../../src/training/weights.ts';

const tf = await loadTensorFlow();
const small = { height: 16, width: 20, channels: 3 };

function build(spec: ArchitectureSpec, image = small, classes = 10) {
  return buildModel(tf, spec, image, classes, 1);
}

function trainableWeights(spec: ArchitectureSpec, height: number, width: number, channels: number): number {
  const model = build(spec, { height, width, channels });
  return model.trainableWeights.reduce(
    (sum, { shape }) => sum + shape.reduce<number>((size, n) => size * (n ?? 0), 1),
    0,
  );
}

/** Comparing hundreds of thousands of numbers one by one takes seconds. */
function digestOf(model: LayersModel): string {
  const hash = createHash('sha256');
  for (const weight of copyWeights(model)) hash.update(weight);
  return hash.digest('hex');
}

test.each([
  ['lenet', {}, [28, 28, 1], 225_034],
  ['vgg-bn', {}, [32, 32, 3], 288_746],
  ['resnet-small', { blocks: 3 }, [32, 32, 3], 272_474],
  ['mobilenet-like', { blocks: 8, headFilters: 0 }, [64, 64, 3], 131_466],
  ['mobilenet-like', {}, [96, 96, 3], 2_236_682],
] as const)('%s with %j has the weights of its paper', (name, parameters, [height, width, channels], expected) => {
  expect(trainableWeights({ name, parameters }, height, width, channels)).toBe(expected);
});

const variants: ArchitectureSpec[] = [
  ...Object.entries<Architecture>(ARCHITECTURES)
    .filter(([, { takes = 'images' }]) => takes === 'images')
    .map(([name]) => ({ name, parameters: name === 'mobilenet-like' ? { blocks: 7 } : {} })),
  { name: 'mobilenet-like', parameters: { width: 0.35, blocks: 3, headFilters: 0, dropout: 0.1 } },
  { name: 'resnet-small', parameters: { stages: 2, blocks: 1, filters: 5, dropout: 0.1 } },
];

describe.each(variants)('$name $parameters', (spec) => {
  const model = build(spec, { height: 16, width: 16, channels: 1 }, 3);

  test('gives class probabilities', () => {
    const output = tf.core.tidy(() => model.predict(tf.core.fill([2, 16, 16, 1], 100)));
    expect((Array.isArray(output) ? output : [output]).map(({ shape }) => shape)).toEqual([[2, 3]]);
  });

  test('is the same in every build', () => {
    const again = build(spec, { height: 16, width: 16, channels: 1 }, 3);
    expect(again.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expect(digestOf(again)).toBe(digestOf(model));
  });
});

test('features keep their size through normalised layers, so that the loss starts near the logarithm of the classes', () => {
  const model = build({ name: 'mobilenet-like', parameters: { blocks: 3, headFilters: 64 } });
  const probabilities = tf.core.tidy(() => {
    const output = model.predict(tf.core.randomUniform([8, 16, 20, 3], 0, 255, 'float32', 1));
    return (Array.isArray(output) ? output[0]! : output).dataSync();
  });
  expect(Math.max(...probabilities)).toBeLessThan(0.9);
  expect(Math.min(...probabilities)).toBeGreaterThan(1e-4);
});

test.each([
  ['lenet', {}, 9, 'needs at least 10×10 pixels; the images are 9×9×1. Use a smaller kernel or larger images.'],
  ['lenet', { kernel: 5 }, 15, 'lenet takes 4 pixels off the image and halves it, twice, and needs at least 16×16'],
  ['vgg-bn', {}, 7, 'vgg-bn with 3 blocks halves the image 3 times and needs at least 8×8'],
  ['resnet-small', { stages: 4 }, 7, 'resnet-small with 4 stages halves the image 3 times and needs at least 8×8'],
  ['mobilenet-like', {}, 31, 'mobilenet-like with 17 blocks halves the image 5 times and needs at least 32×32'],
])('%s %j refuses images of %i pixels', (name, parameters, size, message) => {
  const refused = () => build({ name, parameters }, { height: size, width: size, channels: 1 });
  expect(refused).toThrow(TrainingError);
  expect(refused).toThrow(message);
});
