import { expect, test } from '@jest/globals';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Samples } from '../../../../src/core/samples.ts';
import { findBlockKernels } from '../../../../src/training/engines/block-kernels.ts';
import { createCpuEngine } from '../../../../src/training/engines/cpu-engine.ts';
import { createOnnxEngine } from '../../../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import type { TrainingEngine } from '../../../../src/training/engines/training-engine.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';
import { float64Gradients } from '../../../helpers/float64-network.ts';
import { layerNets, netsBeyondTensorFlow } from '../../../helpers/layer-nets.ts';
import { build, largestDifference, randomBatch, RATE, train } from '../../../helpers/parity.ts';

const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const kernels = await findBlockKernels(runtime);
const onnxTest = runtime.kind === 'available' ? test : test.skip;
const blockedTest = kernels.kind === 'blocked' ? test : test.skip;
const plain = createOnnxEngine(runtime);
const blocked = createOnnxEngine(runtime, kernels);
const nets = layerNets(tf);
const netsBeyond = netsBeyondTensorFlow(tf);

/** Statistics of a batch lose digits that sums do not: two correct forms of batch normalization differ this much. */
const gradientTolerance = (title: string): number => (title.includes('normalization') ? 1e-4 : 1e-5);

onnxTest.each(Object.keys(nets))(
  '%s: the plain graph gives the gradients of automatic differentiation',
  async (title) => {
    const [expected, actual] = [
      await train(createCpuEngine(tf), nets[title]!, { count: 4 }),
      await train(plain, nets[title]!, { count: 4 }),
    ];
    expect(largestDifference([actual.losses], [expected.losses])).toBeLessThanOrEqual(1e-5);
    expect(largestDifference(actual.gradients, expected.gradients)).toBeLessThanOrEqual(gradientTolerance(title));
  },
);

blockedTest.each([...Object.keys(nets), ...Object.keys(netsBeyond)])(
  '%s: the blocked graph gives the gradients of the plain one, and the same after five steps, one of them smaller',
  async (title) => {
    const net = (nets[title] ?? netsBeyond[title])!;
    const run = { count: 16, further: [16, 16, 16, 16, 5] };
    const [actual, expected] = [await train(blocked, net, run), await train(plain, net, run)];
    expect(largestDifference(actual.gradients, expected.gradients)).toBeLessThanOrEqual(gradientTolerance(title));
    expect(largestDifference([actual.losses], [expected.losses])).toBeLessThanOrEqual(1e-5);
    expect(largestDifference(actual.changes, expected.changes)).toBeLessThanOrEqual(1e-3);
  },
);

onnxTest.each(Object.keys(netsBeyond))('%s: the plain graph gives the gradients of its definition', async (title) => {
  const model = build(netsBeyond[title]!);
  const { inputs, labels } = randomBatch(model, 2, 0);
  const expected = float64Gradients(model, inputs, labels);
  const { gradients } = await train(plain, netsBeyond[title]!, { count: 2 });
  const actual = gradients.map((gradient) => gradient.map((value) => value / RATE));
  expect(largestDifference(actual, expected)).toBeLessThanOrEqual(1e-5);
});

blockedTest('a batch of a size that is no whole block trains on blocks too', async () => {
  const net = nets['convolutions: same, valid, strides, sizes that leave a rest']!;
  const [actual, expected] = [await train(blocked, net, { count: 5 }), await train(plain, net, { count: 5 })];
  expect(largestDifference(actual.gradients, expected.gradients)).toBeLessThanOrEqual(1e-5);
});

blockedTest('where all values of a window are equal, their gradients together are that of the window', async () => {
  const net = nets['LeNet with dropout in maps and units']!;
  const flat = (model: LayersModel): Samples => {
    const batch = randomBatch(model, 16, 0);
    return { ...batch, inputs: new Uint8Array(batch.inputs.length).fill(200) };
  };
  const ofFirstBias = async (engine: TrainingEngine): Promise<Float32Array> => {
    const model = build(net);
    const trainer = await engine.createTrainer(model, { seed: 9, threads: 1, optimizer: 'sgd' });
    await trainer.step(flat(model), RATE);
    const [, bias] = await trainer.readWeights();
    await trainer.dispose();
    return bias!;
  };
  const [actual, expected] = [await ofFirstBias(blocked), await ofFirstBias(plain)];
  expect(Math.hypot(...expected)).toBeGreaterThan(0);
  expect(largestDifference([actual], [expected])).toBeLessThanOrEqual(1e-5);
});
