import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { TrainingError } from '../../../src/core/errors.ts';
import { buildModel } from '../../../src/training/build-model.ts';
import { createCpuEngine } from '../../../src/training/engines/cpu-engine.ts';
import { chooseEngine } from '../../../src/training/engines/choose-engine.ts';
import type { FitState } from '../../../src/training/fit-state.ts';
import { fit, type FitOptions } from '../../../src/training/fit.ts';
import { startFrom } from '../../../src/training/start-from.ts';
import { loadTensorFlow } from '../../../src/training/tensorflow.ts';
import type { TrainingSettings } from '../../../src/training/training-settings.ts';
import { copyWeights } from '../../../src/training/weights.ts';
import { BAR_CLASSES, BAR_IMAGE, barImages } from './tiny-problem.ts';

const tf = await loadTensorFlow();
const architecture = { name: 'vgg-bn', parameters: { filters: 4, blocks: 2, convolutions: 1 } };
const settings: TrainingSettings = {
  architecture,
  ...{ epochs: 4, batchSize: 16, learningRate: 0.02, seed: 3 },
  ...{ frozenEpochs: 2, unfrozenLearningRate: 0.004 },
};
const newModel = (seed = 1, classes = BAR_CLASSES) => buildModel(tf, architecture, BAR_IMAGE, classes, seed);
const { engine } = await chooseEngine('auto', newModel());
const [train, validation] = [barImages(60), barImages(30, 2)];

/** Trains, and gives the weights after each epoch by name. */
async function weightsByEpoch(given: TrainingSettings, with_: Partial<FitOptions> = {}, on = engine) {
  const model = newModel();
  const states: FitState[] = [];
  const checkpoint = {
    read: () => Promise.resolve(undefined),
    // The history goes on growing.
    write: (state: FitState) => Promise.resolve(void states.push({ ...state, history: [...state.history] })),
  };
  const input = { model, engine: on, settings: given, train, validation };
  const { history, bestEpoch } = await fit(input, { clock: systemClock, checkpoint, ...with_ });
  return { model, states, history, bestEpoch };
}

test('while frozen only the head learns and averages stay; then all layers do, at their own rate', async () => {
  const { model, states, history } = await weightsByEpoch(settings);
  const before = newModel();
  const [, frozen, , whole] = states.map(({ trainer }) => trainer.tensors);
  const start = Object.fromEntries(
    before.layers.flatMap((layer) => layer.weights.map((w, i) => [`${layer.name}/${i}`, w] as const)),
  );
  const kernel = [...start['block1-conv1/0']!.read().dataSync()];
  expect([...frozen!['block1-conv1/kernel']!.data]).toEqual(kernel);
  expect([...frozen!['block1-conv1-norm/moving_mean']!.data]).toEqual([0, 0, 0, 0]);
  expect([...frozen!['classes/kernel']!.data]).not.toEqual([...start['classes/0']!.read().dataSync()]);
  expect([...whole!['block1-conv1/kernel']!.data]).not.toEqual(kernel);
  expect([...whole!['block1-conv1-norm/moving_mean']!.data]).not.toEqual([0, 0, 0, 0]);
  expect(history.map(({ learningRate }) => learningRate)).toEqual([0.02, 0.02, 0.004, 0.004]);
  expect(model.trainableWeights).toHaveLength(before.trainableWeights.length);
});

test('the model ends with the weights of its best epoch, also when that was a frozen one', async () => {
  const { model, states, bestEpoch } = await weightsByEpoch({ ...settings, unfrozenLearningRate: 1e-9 });
  const best = states.at(-1)!.best;
  expect(best.epoch).toBe(bestEpoch);
  expect(copyWeights(model)).toEqual([...best.weights]);
  expect(model.weights.map(({ shape }) => shape)).toEqual(newModel().weights.map(({ shape }) => shape));
});

test.each([1, 2, 3])('a training that was killed after epoch %i goes on bit by bit', async (killedAfter) => {
  const whole = await weightsByEpoch(settings);
  const saved = whole.states[killedAfter - 1]!;
  const checkpoint = { read: () => Promise.resolve(saved), write: () => Promise.resolve() };
  const resumed = await weightsByEpoch(settings, { checkpoint });
  expect(resumed.history.map(({ loss }) => loss)).toEqual(whole.history.map(({ loss }) => loss));
  expect(copyWeights(resumed.model)).toEqual(copyWeights(whole.model));
});

test('patience begins anew when the layers are freed, and does not end the frozen epochs', async () => {
  const given = { ...settings, epochs: 6, learningRate: 1e-9, unfrozenLearningRate: 1e-9 };
  const { history } = await weightsByEpoch({
    ...given,
    frozenEpochs: 3,
    earlyStopping: { patience: 1, minDelta: 0.5 },
  });
  expect(history).toHaveLength(5);
});

test('the cpu engine freezes the same layers', async () => {
  const given = { ...settings, epochs: 1, frozenEpochs: 1 };
  const { model } = await weightsByEpoch(given, {}, createCpuEngine(tf));
  const [kernel, untouched] = [model, newModel()].map((each) => each.getLayer('block1-conv1').getWeights()[0]!);
  expect([...kernel!.dataSync()]).toEqual([...untouched!.dataSync()]);
});

test('weights are taken over layer by layer, the head only when it is wanted and as large', () => {
  const initial = newModel(5);
  const kernelOf = (model: typeof initial, layer: string) => [...model.getLayer(layer).getWeights()[0]!.dataSync()];
  for (const [classes, withHead, taken] of [
    [BAR_CLASSES, true, true],
    [BAR_CLASSES, false, false],
    [7, true, false],
  ] as const) {
    const model = newModel(6, classes);
    startFrom(tf, model, { model: initial, name: 'bars/1', withHead });
    expect(kernelOf(model, 'block2-conv1')).toEqual(kernelOf(initial, 'block2-conv1'));
    expect(kernelOf(model, 'classes').join() === kernelOf(initial, 'classes').join()).toBe(taken);
  }
});

test('a model of another shape is refused with what does not match', () => {
  const build = (parameters: object) =>
    buildModel(tf, { name: 'vgg-bn', parameters: { ...architecture.parameters, ...parameters } }, BAR_IMAGE, 3, 1);
  const refusal = (parameters: object) => {
    try {
      startFrom(tf, newModel(), { model: build(parameters), name: 'bars/1', withHead: true });
    } catch (error) {
      if (error instanceof TrainingError) return error.message;
    }
    return 'none';
  };
  expect(refusal({ filters: 2 })).toMatch(
    /^Training cannot begin with the weights of bars\/1: layer 'block1-conv1' is kernel 3×3×1×2 in it, here kernel 3×3×1×4; .*'block1-conv1-norm' is gamma 2/,
  );
  expect(refusal({ blocks: 1 })).toContain("it has no layer 'block2-conv1'");
  expect(refusal({ blocks: 3 })).toContain("it has a layer 'block3-conv1' more");
});
