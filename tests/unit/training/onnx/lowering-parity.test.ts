import { expect, test } from '@jest/globals';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Examples } from '../../../../src/core/samples.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { headFor } from '../../../../src/training/classifier.ts';
import { findBlockKernels } from '../../../../src/training/engines/block-kernels.ts';
import { createOnnxEngine } from '../../../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import { initialiseWeights } from '../../../../src/training/initial-weights.ts';
import { LOSS_NAMES } from '../../../../src/training/losses/loss.ts';
import { OPTIMIZER_NAMES } from '../../../../src/training/optimizers/optimizer.ts';
import type { StepSettings } from '../../../../src/training/step-settings.ts';
import { largestDeviation, stepThrough, tf } from '../stepped.ts';

const runtime = await findOnnxRuntime();
const kernels = await findBlockKernels(runtime);
const blockedTest = kernels.kind === 'blocked' ? test : test.skip;
const plain = createOnnxEngine(runtime);
const blocked = createOnnxEngine(runtime, kernels);

const CLASSES = 4;
const SHAPE = [9, 9, 3];

/** Channels that fill no whole block, and a pool with a rest; all of it smooth, so that rounding decides nothing. */
function convNet(head: 'softmax' | 'sigmoid'): LayersModel {
  const { layers } = tf.layers;
  const model = tf.layers.sequential();
  model.add(layers.rescaling({ scale: 1 / 128, offset: -1, inputShape: [...SHAPE] }));
  model.add(layers.conv2d({ filters: 12, kernelSize: 3, padding: 'same', activation: 'tanh' }));
  model.add(layers.maxPooling2d({ poolSize: 2 }));
  model.add(layers.conv2d({ filters: 20, kernelSize: 3, activation: 'tanh' }));
  model.add(layers.flatten());
  model.add(layers.dense({ units: CLASSES, activation: head }));
  initialiseWeights(tf, model, 5);
  return model;
}

function batch(count: number, step: number): Examples {
  const random = seededRandom('lowerings', step);
  const size = SHAPE.reduce((product, length) => product * length, count);
  return {
    inputs: Uint8Array.from({ length: size }, () => random.integer(256)),
    shape: SHAPE,
    count,
    labels: Int32Array.from({ length: count }, () => random.integer(CLASSES)),
  };
}

/** How far blocks are from plain maps after the first step and after all, against what the weights changed by; and in the losses. */
async function deviations(settings: StepSettings, counts: readonly number[], rates: readonly number[]) {
  const batches = counts.map(batch);
  const net = () => convNet(headFor(settings.loss ?? 'cross-entropy'));
  const [actual, expected] = [
    await stepThrough(blocked, net(), batches, { ...settings, rates }),
    await stepThrough(plain, net(), batches, { ...settings, rates }),
  ];
  const losses = actual.losses.map((loss, at) => Math.abs(loss - expected.losses[at]!) / expected.losses[at]!);
  return {
    first: largestDeviation(actual, expected, 0, 1),
    last: largestDeviation(actual, expected, 0, batches.length),
    loss: Math.max(...losses),
  };
}

/** At this rate a step moves each weight so far that its change has all digits of the gradient. */
const LARGE_RATE = 64;

blockedTest.each(LOSS_NAMES)('loss %s: value and gradients on blocks are those on plain maps', async (loss) => {
  const { first, loss: value } = await deviations({ loss, optimizer: 'sgd' }, [16], [LARGE_RATE]);
  expect(first).toBeLessThanOrEqual(1e-5);
  expect(value).toBeLessThanOrEqual(1e-5);
});

/** The last batch is no whole one and takes the plain graph, with the slots of the blocked one. */
blockedTest.each(OPTIMIZER_NAMES)(
  'optimiser %s: the weights after four steps on blocks are those on plain maps',
  async (optimizer) => {
    const settings = { optimizer, momentum: 0.5, nesterov: optimizer === 'sgd' };
    const { first, last, loss } = await deviations(settings, [16, 16, 16, 5], [0.1]);
    expect(Math.max(first, last, loss)).toBeLessThanOrEqual(1e-5);
  },
);
