import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { TrainingError } from '../../../src/core/errors.ts';
import { pickSamples } from '../../../src/core/samples.ts';
import type { Progress } from '../../../src/core/logger.ts';
import { buildModel } from '../../../src/training/build-model.ts';
import { chooseEngine } from '../../../src/training/engines/choose-engine.ts';
import type { Trainer, TrainerOptions, TrainingEngine } from '../../../src/training/engines/training-engine.ts';
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
function scriptedEngine(accuracies: readonly number[], loss: number | (() => number) = 1): TrainingEngine {
  let validated = 0;
  const trainer: Trainer = {
    step: (batch) => Promise.resolve({ loss: typeof loss === 'number' ? loss : loss(), correct: batch.count }),
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

test('patience counts by the metric that is asked for, and only gains above the least one', async () => {
  const input = { model: newModel(), engine: scriptedEngine([0.5, 0.52, 0.54, 0.9]), train: barImages(100) };
  const earlyStopping = { patience: 2, minDelta: 0.05, metric: 'validationAccuracy' } as const;
  const impatient: TrainingSettings = { ...settings, epochs: 9, earlyStopping };
  const result = await fit({ ...input, validation: barImages(100, 2), settings: impatient }, { clock: systemClock });
  expect(result).toMatchObject({ bestEpoch: 3, stoppedEarly: true });
  expect(result.history).toHaveLength(3);
});

test('a loss that is not a number ends the training at once and says where and how it came to it', async () => {
  const steps: number[] = [];
  const losses = [1, 2, 40, Infinity, 1];
  const engine = scriptedEngine([0.5, 0.5], () => losses[steps.push(steps.length) - 1]!);
  const input = { model: newModel(), train: barImages(30), validation: barImages(30, 2), settings };
  const training = fit({ ...input, engine }, { clock: systemClock });
  await expect(training).rejects.toThrow(TrainingError);
  await expect(training).rejects.toThrow(
    'The loss became Infinity in epoch 2 at step 2, at learning rate 0.01; the batches before had 40.00: training diverged',
  );
  await expect(training).rejects.toMatchObject({ details: { epoch: 2, step: 2, loss: 'Infinity', lastLosses: [40] } });
  expect(steps).toHaveLength(4);
});

test('every step gets the rate of the schedule, and classes the weights that were asked for', async () => {
  const told: { rates: number[]; options?: TrainerOptions } = { rates: [] };
  const scripted = scriptedEngine([0.5, 0.5], 1);
  const listening: TrainingEngine = {
    ...scripted,
    createTrainer: async (model, options) => {
      told.options = options;
      const trainer = await scripted.createTrainer(model, options);
      return {
        ...trainer,
        step: (batch, learningRate) => {
          told.rates.push(learningRate);
          return trainer.step(batch, learningRate);
        },
      };
    },
  };
  const changes = { epochs: 2, schedule: 'step', decayEvery: 1, warmupEpochs: 1 } as const;
  const { history } = await fit(
    {
      ...{ model: newModel(), engine: listening, train: barImages(30), validation: barImages(30, 2) },
      settings: { ...settings, ...changes, classWeights: { lying: 3 } },
      classNames: ['upright', 'lying', 'diagonal'],
    },
    { clock: systemClock },
  );
  [0.005, 0.01, 0.001, 0.001].forEach((rate, step) => expect(told.rates[step]).toBeCloseTo(rate, 12));
  expect(history.map(({ learningRate }) => learningRate)).toEqual([told.rates[1], told.rates[3]]);
  expect(told.options?.classWeights).toEqual([1, 3, 1]);
});

test('a model with one sigmoid output tells two classes apart', async () => {
  const twoBars = (count: number, seed: number) => {
    const bars = barImages(count, seed);
    return pickSamples(
      bars,
      [...bars.labels.keys()].filter((row) => bars.labels[row]! < 2),
    );
  };
  const model = buildModel(tf, settings.architecture, BAR_IMAGE, 1, 1, 'sigmoid');
  const result = await fit(
    {
      ...{ model, engine, train: twoBars(180, 1), validation: twoBars(60, 2) },
      settings: { ...settings, loss: 'binary-cross-entropy', classWeights: 'balanced' },
    },
    { clock: systemClock },
  );
  const { validationAccuracy, accuracy } = result.history.at(-1)!;
  expect(Math.min(validationAccuracy, accuracy)).toBeGreaterThan(0.8);
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
  [
    'a strange label',
    { validation: { ...barImages(1), labels: Int32Array.of(3) } },
    'label is 3 (sample 0), the model knows',
  ],
  ['too few bytes', { train: { ...barImages(4), inputs: new Uint8Array(3) } }, 'says 4 images but holds 3 values'],
  ['more classes than the head has', { classNames: ['a', 'b', 'c', 'd'] }, "last layer 'classes' tells 3 apart"],
  ['two ways to clip', { settings: { ...settings, clipNorm: 1, clipValue: 1 } }, 'clipNorm and clipValue exclude'],
  ['a share above one', { settings: { ...settings, momentum: 1.5 } }, 'momentum must be in [0, 1), received 1.5'],
  ['class weights without names', { settings: { ...settings, classWeights: { upright: 2 } } }, 'has no class names'],
  ['batches of nothing', { settings: { ...settings, batchSize: 0 } }, 'batchSize must be a whole number from 1'],
])('fit refuses %s before training', async (_title, change, message) => {
  const input = { model: newModel(), engine, train: barImages(6), validation: barImages(6, 2), settings };
  await expect(fit({ ...input, ...change }, { clock: systemClock })).rejects.toThrow(message);
});
