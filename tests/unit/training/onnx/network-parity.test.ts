import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildModel } from '../../../../src/training/build-model.ts';
import { findBlockKernels } from '../../../../src/training/engines/block-kernels.ts';
import { createCpuEngine } from '../../../../src/training/engines/cpu-engine.ts';
import { createOnnxEngine } from '../../../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import type { TrainingEngine } from '../../../../src/training/engines/training-engine.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';
import { largestDifference, largestDifferenceOfWhole, train } from '../../../helpers/parity.ts';

const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const kernels = await findBlockKernels(runtime);
const plainTest = runtime.kind === 'available' ? test : test.skip;
const blockedTest = kernels.kind === 'blocked' ? test : test.skip;

/**
 * The architectures, as small as they go, and whether they normalise batches: some of their gradients are then sums that cancel, so
 * that each tensor is measured by the length of the whole gradient.
 */
const networks = [
  ['cnn', { filters: 2, units: 8, dropout: 0.3 }, 8, false],
  ['lenet', { filters: 2, units: 8, dropout: 0.5 }, 10, false],
  ['vgg-bn', { filters: 2, blocks: 2, convolutions: 1 }, 8, true],
  ['resnet-small', { filters: 2, stages: 2, blocks: 1 }, 6, true],
  ['mobilenet-like', { width: 0.1, blocks: 2, headFilters: 8 }, 8, true],
] as const;

const run = { count: 8, further: [8, 8, 8, 8, 3] };

describe.each(networks)('%s', (name, parameters, pixels, normalises) => {
  const net = () => buildModel(tf, { name, parameters }, { height: pixels, width: pixels, channels: 3 }, 4, 5);
  let expected: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    expected = await train(createCpuEngine(tf), net, run);
  });
  const worst = normalises ? largestDifferenceOfWhole : largestDifference;

  async function expectParity(engine: TrainingEngine): Promise<void> {
    const actual = await train(engine, net, run);
    expect(worst(actual.gradients, expected.gradients)).toBeLessThanOrEqual(1e-5);
    actual.losses.forEach((loss, step) => {
      expect(Math.abs(loss - expected.losses[step]!)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(loss)));
    });
    expect(worst(actual.changes, expected.changes)).toBeLessThanOrEqual(1e-3);
  }

  plainTest('on plain maps: gradients, five steps and a partial batch as by automatic differentiation', () =>
    expectParity(createOnnxEngine(runtime)),
  );

  blockedTest('on blocks: the same', () => expectParity(createOnnxEngine(runtime, kernels)));
});
