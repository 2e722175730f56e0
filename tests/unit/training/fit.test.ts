import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { TrainingError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/logger.ts';
import { buildModel } from '../../../src/training/build-model.ts';
import { chooseEngine } from '../../../src/training/engines/choose-engine.ts';
import type { Trainer, TrainingEngine } from '../../../src/training/engines/training-engine.ts';
import { evaluate } from '../../../src/training/evaluate.ts';
import { fit } from '../../../src/training/fit.ts';
import { predictInBatches } from '../../../src/training/predict-in-batches.ts';
import { loadTensorFlow } from '../../../src/training/tensorflow.ts';
import type { EpochMetrics, TrainingSettings } from '../../../src/training/training-settings.ts';
import { copyWeights } from '../../../src/training/weights.ts';
import { BAR_CLASSES, BAR_IMAGE, barImages } from './tiny-problem.ts';

const tf = await loadTensorFlow();
const settings: TrainingSettings = {
  architecture: { name: 'cnn', parameters: { filters: 4, blocks: 1, units: 16, dropout: 0 } },
  epochs: 4,
  batchSize: 16,
  learningRate: 0.01,
  optimizer: 'adam',
  seed: 3,
};
const newModel = (seed = settings.seed) => buildModel(tf, settings.architecture, BAR_IMAGE, BAR_CLASSES, seed);
const { engine } = await chooseEngine('auto', newModel());

/** An engine whose training does nothing and whose validation accuracy goes as told; weights hold the epoch's number. */
function scriptedEngine(accuracies: readonly number[], loss = 1): TrainingEngine {
  let validated = 0;
  const trainer: Trainer = {
    step: (batch) => Promise.resolve({ loss, correct: batch.count }),
    predict: (_images, count) => {
      const right = Math.round((accuracies[validated] ?? 0) * count);
      validated += 1;
      const rows = Array.from({ length: count }, (_, sample) => (sample < right ? sample % 3 : (sample + 1) % 3));
      return Promise.resolve(Float32Array.from(rows.flatMap((row) => [0, 1, 2].map((k) => (k === row ? 0.8 : 0.1)))));
    },
    readWeights: () => Promise.resolve(copyWeights(newModel()).map((weight) => weight.fill(validated))),
    readState: () => Promise.resolve({ steps: 0, tensors: {} }),
    restore: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  };
  return {
    name: 'cpu',
    version: 'scripted',
    refusal: () => Promise.resolve(undefined),
    createTrainer: () => Promise.resolve(trainer),
  };
}

test('fit learns to tell bars apart and reports every epoch', async () => {
  const model = newModel();
  const epochs: EpochMetrics[] = [];
  const reports: Progress[] = [];
  const validation = barImages(60, 2);
  const result = await fit(
    { model, engine, settings, train: barImages(180), validation },
    { clock: systemClock, onEpoch: (metrics) => void epochs.push(metrics), progress: (p) => reports.push(p) },
  );

  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  expect(result.history).toEqual(epochs);
  expect(epochs[0]).toMatchObject({ learningRate: 0.01 });
  expect(epochs[3]!.loss).toBeLessThan(epochs[0]!.loss);
  expect(epochs[3]!.imagesPerSecond).toBeGreaterThan(0);
  expect(reports.at(-1)).toEqual({ done: 720, total: 720, unit: 'images', label: 'epoch 4/4' });

  const best = epochs[result.bestEpoch - 1]!;
  const trainer = await engine.createTrainer(model, { seed: 0, threads: 1, labelSmoothing: 0 });
  const probabilities = await predictInBatches(trainer, validation, { batchSize: 7 });
  const report = evaluate({ probabilities, labels: validation.labels }, ['upright', 'lying', 'diagonal']);
  expect(report.accuracy).toBeCloseTo(best.validationAccuracy, 10);
  expect(report.loss).toBeCloseTo(best.validationLoss, 6);
  expect(report.accuracy).toBeGreaterThan(0.9);
});

test('the same seed gives bit-identical weights, another seed others', async () => {
  const trained = async (seed: number): Promise<Float32Array[]> => {
    const model = newModel(seed);
    const input = { model, engine, train: barImages(24), validation: barImages(6, 2) };
    await fit({ ...input, settings: { ...settings, seed, epochs: 2 } }, { clock: systemClock });
    return copyWeights(model);
  };
  const first = await trained(3);
  expect(await trained(3)).toEqual(first);
  expect(await trained(4)).not.toEqual(first);
});

test('the model ends with the weights of its best epoch and stops when patience is over', async () => {
  const model = newModel();
  const input = { model, engine: scriptedEngine([0.5, 0.9, 0.8, 0.9, 0.95]), train: barImages(30) };
  const patient: TrainingSettings = { ...settings, epochs: 9, earlyStopping: { patience: 2 } };
  const result = await fit({ ...input, validation: barImages(30, 2), settings: patient }, { clock: systemClock });

  expect(result).toMatchObject({ bestEpoch: 2, stoppedEarly: true });
  expect(result.history).toHaveLength(4);
  expect(copyWeights(model).flatMap((weight) => [...new Set(weight)])).toEqual(model.weights.map(() => 2));
});

test('a loss that is not a number ends the training with the learning rate in the message', async () => {
  const input = { model: newModel(), train: barImages(30), validation: barImages(30, 2), settings };
  const training = fit({ ...input, engine: scriptedEngine([], NaN) }, { clock: systemClock });
  await expect(training).rejects.toThrow(TrainingError);
  await expect(training).rejects.toThrow('loss became NaN in epoch 1 at learning rate 0.01');
});

test('an abort ends the training between two steps with its reason', async () => {
  const controller = new AbortController();
  const input = { model: newModel(), engine, train: barImages(300), validation: barImages(30, 2) };
  const training = fit(
    { ...input, settings: { ...settings, epochs: 1000 } },
    { clock: systemClock, signal: controller.signal },
  );
  setTimeout(() => controller.abort(new Error('enough')), 50);
  await expect(training).rejects.toThrow('enough');
});

test.each([
  ['no training images', { train: { ...barImages(0) } }, 'there are no training images'],
  ['another image size', { train: { ...barImages(4), shape: [4, 16, 1] } }, 'are 4×16×1, the model takes 8×8×1'],
  ['a strange label', { validation: { ...barImages(1), labels: Int32Array.of(3) } }, 'label is 3, the model knows'],
  ['too few bytes', { train: { ...barImages(4), inputs: new Uint8Array(3) } }, 'says 4 images but holds 3 values'],
  ['batches of nothing', { settings: { ...settings, batchSize: 0 } }, 'batchSize must be a whole number from 1'],
])('fit refuses %s before training', async (_title, change, message) => {
  const input = { model: newModel(), engine, train: barImages(6), validation: barImages(6, 2), settings };
  await expect(fit({ ...input, ...change }, { clock: systemClock })).rejects.toThrow(message);
});
