import { afterAll, expect, test } from '@jest/globals';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Samples } from '../../src/core/samples.ts';
import { TrainingError } from '../../src/core/errors.ts';
import { buildModel } from '../../src/training/build-model.ts';
import type { Trainer, TrainingEngine } from '../../src/training/engines/training-engine.ts';
import { accuracyOf } from '../../src/training/evaluate.ts';
import type { TensorFlow } from '../../src/training/tensorflow.ts';
import { copyWeights } from '../../src/training/weights.ts';
import { BAR_CLASSES, BAR_IMAGE, barImages } from '../unit/training/tiny-problem.ts';

/** What every training engine owes: run by each implementation's own test file. */
export function trainingEngineContract(tf: TensorFlow, engine: TrainingEngine): void {
  const parameters = { filters: 4, blocks: 1, units: 32, dropout: 0.2 };
  const newModel = (): LayersModel => buildModel(tf, { name: 'cnn', parameters }, BAR_IMAGE, BAR_CLASSES, 1);
  const options = { seed: 2, threads: 1, labelSmoothing: 0 };

  async function withTrainer<Result>(model: LayersModel, body: (trainer: Trainer) => Promise<Result>): Promise<Result> {
    const trainer = await engine.createTrainer(model, options);
    try {
      return await body(trainer);
    } finally {
      await trainer.dispose();
    }
  }

  // For the tests that do not mind what happened to it before: starting one takes up to a second.
  let shared: Promise<Trainer> | undefined;
  const sharedTrainer = (): Promise<Trainer> => (shared ??= engine.createTrainer(newModel(), options));
  afterAll(async () => (await shared)?.dispose());

  test('says who it is', async () => {
    expect(engine.version).toMatch(/\d+\.\d+/);
    expect(await engine.refusal(newModel())).toBeUndefined();
  });

  test('learns a small problem', async () => {
    const unseen = barImages(30, 2);
    await withTrainer(newModel(), async (trainer) => {
      const first = await trainer.step(barImages(30, 3), 0.03);
      for (let step = 0; step < 12; step += 1) await trainer.step(barImages(16, 4 + step), 0.03);
      const last = await trainer.step(barImages(30, 3), 0.03);
      expect(last.loss).toBeLessThan(first.loss / 2);
      expect(last.correct).toBeGreaterThan(first.correct);
      expect(accuracyOf(await trainer.predict(unseen.inputs, unseen.count), unseen.labels)).toBeGreaterThan(0.8);
    });
  });

  test('takes batches of any size and gives one row of probabilities an image', async () => {
    const trainer = await sharedTrainer();
    for (const count of [8, 3, 1, 16]) {
      const { loss, correct } = await trainer.step(barImages(count), 0.001);
      expect(loss).toBeGreaterThan(0);
      expect(correct).toBeLessThanOrEqual(count);
      const probabilities = await trainer.predict(barImages(count).inputs, count);
      expect(probabilities).toHaveLength(count * BAR_CLASSES);
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(count, 4);
    }
  });

  test('predicts the rows of a batch as it predicts them alone, also from a view into a larger buffer', async () => {
    const { inputs } = barImages(6);
    const trainer = await sharedTrainer();
    const together = await trainer.predict(inputs, 6);
    const alone = await trainer.predict(inputs.subarray(2 * 64, 3 * 64), 1);
    alone.forEach((p, index) => expect(p).toBeCloseTo(together[2 * BAR_CLASSES + index]!, 5));
  });

  test('gives bit-identical weights for the same steps, also when none is waited for, and others for another seed', async () => {
    const counts = [7, 16, 16];
    const trained = (seed: number, takeSteps: (step: (count: number) => Promise<unknown>) => Promise<void>) =>
      engine.createTrainer(newModel(), { ...options, seed }).then(async (trainer) => {
        await takeSteps((count) => trainer.step(barImages(count, count), 0.01));
        const weights = await trainer.readWeights();
        await trainer.dispose();
        return weights;
      });
    const oneByOne = async (step: (count: number) => Promise<unknown>): Promise<void> => {
      for (const count of counts) await step(count);
    };
    const first = await trained(2, oneByOne);
    const atOnce = await trained(2, async (step) => {
      await Promise.all(counts.map(step));
    });
    expect(atOnce).toEqual(first);
    expect(await trained(3, oneByOne)).not.toEqual(first);
  });

  test('goes on bit-identically from a state that was read, and refuses one of another model', async () => {
    const state = await withTrainer(newModel(), async (trainer) => {
      for (const count of [16, 7]) await trainer.step(barImages(count, count), 0.01);
      const read = await trainer.readState();
      const results = [await trainer.step(barImages(16, 3), 0.01), await trainer.step(barImages(9, 4), 0.01)];
      return { read, results, weights: await trainer.readWeights() };
    });
    await withTrainer(newModel(), async (trainer) => {
      const [first, ...others] = Object.entries(state.read.tensors);
      const cut = { ...state.read, tensors: Object.fromEntries(others) };
      await expect(trainer.restore(cut)).rejects.toThrow(`cannot go on from this state: it has no '${first![0]}'`);
      await trainer.restore(structuredClone(state.read));
      const results = [await trainer.step(barImages(16, 3), 0.01), await trainer.step(barImages(9, 4), 0.01)];
      expect(results).toEqual(state.results);
      expect(await trainer.readWeights()).toEqual(state.weights);
    });
  });

  test('leaves the batch it was given untouched', async () => {
    const batch = barImages(16);
    const before: Samples = structuredClone(batch);
    await (await sharedTrainer()).step(batch, 0.01);
    expect(batch).toEqual(before);
  });

  test('moves trainable weights and leaves frozen ones as they were', async () => {
    const model = newModel();
    model.getLayer('conv1').trainable = false;
    const before = copyWeights(model);
    const names = model.weights.map(({ originalName }) => originalName);
    const after = await withTrainer(model, async (trainer) => {
      await trainer.step(barImages(16), 0.01);
      return trainer.readWeights();
    });
    const moved = names.filter((_, index) => after[index]!.some((value, place) => value !== before[index]![place]));
    expect(moved.sort()).toEqual(['classes/bias', 'classes/kernel', 'hidden/bias', 'hidden/kernel']);
  });

  test('lets the event loop turn between steps, so that an abort arrives', async () => {
    const trainer = await sharedTrainer();
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    for (let step = 0; step < 10_000 && !abort.signal.aborted; step += 1) await trainer.step(barImages(4), 0.001);
    expect(abort.signal.aborted).toBe(true);
  });

  test('refuses a model that does not end in class probabilities, naming its last layer', async () => {
    const model = tf.layers.sequential({ name: 'headless' });
    model.add(tf.layers.layers.flatten({ inputShape: [8, 8, 1] }));
    model.add(tf.layers.layers.dense({ units: 3, name: 'scores' }));
    const creation = Promise.resolve().then(() => engine.createTrainer(model, options));
    await expect(creation).rejects.toThrow(TrainingError);
    await expect(creation).rejects.toThrow("ends in layer 'scores' without a softmax");
  });
}
