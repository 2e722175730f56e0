import { expect } from '@jest/globals';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Examples } from '../../../src/core/samples.ts';
import { seededRandom } from '../../../src/core/seeded-random.ts';
import { createCpuEngine } from '../../../src/training/engines/cpu-engine.ts';
import { createOnnxEngine } from '../../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../../src/training/engines/onnx-runtime.ts';
import type { TrainerOptions, TrainingEngine } from '../../../src/training/engines/training-engine.ts';
import { loadTensorFlow } from '../../../src/training/tensorflow.ts';
import { copyWeights } from '../../../src/training/weights.ts';

export const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
export const engines = { onnx: createOnnxEngine(runtime), cpu: createCpuEngine(tf) };

export const FEATURES = 6;

export type SmallNet = {
  readonly units: number;
  readonly hidden?: number;
  readonly head?: string;
  readonly regularizer?: object;
};

/** A net over six features, its weights drawn from a seed, none of them zero. */
export function smallNet({ units, hidden = 5, head = 'softmax', regularizer = {} }: SmallNet): LayersModel {
  const model = tf.layers.sequential();
  const { dense } = tf.layers.layers;
  const input = { inputShape: [FEATURES] };
  if (hidden > 0) model.add(dense({ units: hidden, activation: 'tanh', ...input, ...regularizer }));
  model.add(dense({ units, activation: head as 'softmax', ...(hidden > 0 ? {} : input) }));
  const random = seededRandom('small-net');
  const draw = (size: number) => Float32Array.from({ length: size }, () => random.uniform(-0.7, 0.7));
  tf.core.tidy(() =>
    model.setWeights(
      model.weights.map(({ shape }) => {
        const sizes = shape.map((size) => size ?? 1);
        return tf.core.tensor(draw(sizes.reduce((product, size) => product * size, 1)), sizes);
      }),
    ),
  );
  return model;
}

/** Rows of features, labelled with classes or, where `outputs` is given, with numbers between 0 and 1. */
export function batchOf(count: number, seed: number, labels: { classes: number } | { outputs: number }): Examples {
  const random = seededRandom('stepped', seed);
  return {
    inputs: Float32Array.from({ length: count * FEATURES }, () => random.normal()),
    shape: [FEATURES],
    count,
    labels:
      'classes' in labels
        ? Int32Array.from({ length: count }, () => random.integer(labels.classes))
        : Float32Array.from({ length: count * labels.outputs }, () => random.next()),
  };
}

export type Stepped = { readonly losses: number[]; readonly weights: Float32Array[][]; readonly correct: number[] };

/** Losses before each step, and the weights before the first and after each. */
export async function stepThrough(
  engine: TrainingEngine,
  model: LayersModel,
  batches: readonly Examples[],
  { rates, ...options }: Omit<TrainerOptions, 'seed' | 'threads'> & { readonly rates: readonly number[] },
): Promise<Stepped> {
  const weights = [copyWeights(model)];
  const trainer = await engine.createTrainer(model, { seed: 1, threads: 1, ...options });
  try {
    const losses: number[] = [];
    const correct: number[] = [];
    for (const [index, batch] of batches.entries()) {
      const result = await trainer.step(batch, rates[index] ?? rates.at(-1)!);
      losses.push(result.loss);
      correct.push(result.correct);
      weights.push(await trainer.readWeights());
    }
    return { losses, weights, correct };
  } finally {
    await trainer.dispose();
  }
}

/** ‖actual change − expected change‖ ÷ ‖expected change‖, tensor by tensor, between two of the recorded weights; the largest. */
export function largestDeviation(actual: Stepped, expected: Stepped, from: number, to: number): number {
  const changes = ({ weights }: Stepped): number[][] =>
    weights[to]!.map((after, index) => Array.from(after, (value, place) => value - weights[from]![index]![place]!));
  const expectedChanges = changes(expected);
  const deviations = changes(actual).map((change, index) => {
    const wanted = expectedChanges[index]!;
    return norm(change.map((value, place) => value - wanted[place]!)) / norm(wanted);
  });
  return Math.max(...deviations);
}

/** Holds what an engine did to the reference: gradients (first step with SGD at rate 1), losses, and weights after all steps. */
export function expectSameSteps(
  actual: Stepped,
  expected: Stepped,
  { gradients }: { readonly gradients: boolean },
): void {
  if (gradients) expect(largestDeviation(actual, expected, 0, 1)).toBeLessThanOrEqual(1e-5);
  actual.losses.forEach((loss, index) => {
    const wanted = expected.losses[index]!;
    expect(Math.abs(loss - wanted)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(wanted)));
  });
  expect(actual.correct).toEqual(expected.correct);
  expect(largestDeviation(actual, expected, 0, actual.losses.length)).toBeLessThanOrEqual(1e-3);
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
