import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Samples } from '../../src/core/samples.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import type { TrainingEngine } from '../../src/training/engines/training-engine.ts';
import { initialiseWeights } from '../../src/training/initial-weights.ts';
import { loadTensorFlow } from '../../src/training/tensorflow.ts';
import { copyWeights } from '../../src/training/weights.ts';

const tf = await loadTensorFlow();

/** A step of plain gradient descent at this rate moves each weight by so many gradients: large, so that few digits are lost. */
export const RATE = 64;

/** Noise as images of four classes. */
export function randomBatch(model: LayersModel, count: number, step: number): Samples {
  const random = seededRandom('parity', step);
  const shape = model.inputs[0]!.shape.slice(1).map(Number);
  const size = shape.reduce((product, length) => product * length, 1);
  const inputs = Uint8Array.from({ length: count * size }, () => random.integer(256));
  return { inputs, shape, count, labels: Int32Array.from({ length: count }, () => random.integer(4)) };
}

/** A network with weights by seed. */
export function build(net: () => LayersModel): LayersModel {
  const model = net();
  initialiseWeights(tf, model, 5);
  return model;
}

export type Run = { readonly count: number; readonly further?: readonly number[] };

/** The gradients of one step over `count` images; then, from the start again, the losses and changes of further steps. */
export async function train(engine: TrainingEngine, net: () => LayersModel, { count, further = [] }: Run) {
  const model = build(net);
  const before = copyWeights(model);
  const trainer = await engine.createTrainer(model, { seed: 9, threads: 1, optimizer: 'sgd' });
  const changes = async (): Promise<Float32Array[]> =>
    (await trainer.readWeights()).map((weight, index) => weight.map((value, at) => before[index]![at]! - value));
  try {
    const start = await trainer.readState();
    const { loss } = await trainer.step(randomBatch(model, count, 0), RATE);
    const gradients = await changes();
    await trainer.restore(start);
    const losses = [loss];
    for (const [step, size] of further.entries()) {
      losses.push((await trainer.step(randomBatch(model, size, step), 0.05)).loss);
    }
    return { losses, gradients, changes: await changes() };
  } finally {
    await trainer.dispose();
  }
}

/** The largest ‖actual − expected‖ ÷ ‖expected‖ over the tensors that are not zero. */
export function largestDifference(
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
): number {
  return Math.max(
    ...expected.map(
      (tensor, index) => distance(actual[index]!, tensor) / (distance(tensor) === 0 ? 1 : distance(tensor)),
    ),
  );
}

/** The same by the length of all tensors together. */
export function largestDifferenceOfWhole(
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
): number {
  const whole = Math.hypot(...expected.map((tensor) => distance(tensor)));
  return Math.max(...expected.map((tensor, index) => distance(actual[index]!, tensor))) / whole;
}

function distance(left: ArrayLike<number>, right?: ArrayLike<number>): number {
  return Math.hypot(...Array.from(left, (value, at) => value - (right?.[at] ?? 0)));
}
