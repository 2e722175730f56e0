import { expect, test } from '@jest/globals';
import type { Optimizer as TfOptimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Examples } from '../../../src/core/samples.ts';
import type { StepSettings } from '../../../src/training/step-settings.ts';
import { copyWeights } from '../../../src/training/weights.ts';
import { batchOf, engines, expectSameSteps, FEATURES, smallNet, stepThrough, tf, type Stepped } from './stepped.ts';

const CLASSES = 4;
const { train } = tf.core;
const batches = [8, 8, 8, 8, 8, 3].map((count, seed) => batchOf(count, seed, { classes: CLASSES }));

/** The same steps by an optimiser of TensorFlow.js, with its own gradients, `clip` in between. */
function stepInTfjs(
  model: LayersModel,
  optimizer: TfOptimizer,
  clip: (gradients: readonly Tensor[]) => readonly Tensor[] = (gradients) => gradients,
): Stepped {
  const { core } = tf;
  const stepped: Stepped = { losses: [], weights: [copyWeights(model)], correct: [] };
  const variables = model.trainableWeights.map((weight): Tensor => weight.read()).filter(isVariable);
  for (const { inputs, labels, count } of batches) {
    core.tidy(() => {
      const loss = () => {
        const probabilities = model.apply(core.tensor(Float32Array.from(inputs), [count, FEATURES]), {
          training: true,
        });
        const hits = core.equal(core.argMax(probabilities as Tensor, 1), core.tensor1d(labels, 'int32'));
        stepped.correct.push(core.sum(hits).dataSync()[0]!);
        const targets = core.oneHot(core.tensor1d(labels, 'int32'), CLASSES);
        const rows = core.sum(core.mul(targets, core.log(probabilities as Tensor)), 1);
        const penalties = model.calculateLosses();
        return penalties.reduce<Scalar>((sum, penalty) => core.add(sum, penalty), core.neg(core.mean(rows)));
      };
      const { value, grads } = core.variableGrads(loss, variables);
      const clipped = clip(variables.map(({ name }) => grads[name]!));
      optimizer.applyGradients(variables.map(({ name }, index) => ({ name, tensor: clipped[index]! })));
      stepped.losses.push(value.dataSync()[0]!);
    });
    stepped.weights.push(copyWeights(model));
  }
  return stepped;
}

function isVariable(tensor: Tensor): tensor is Variable {
  return tensor instanceof tf.core.Variable;
}

const RATE = 0.05;
const optimizers: Readonly<Record<string, StepSettings & { readonly reference: () => TfOptimizer }>> = {
  sgd: { optimizer: 'sgd', reference: () => train.sgd(RATE) },
  'sgd with momentum': { optimizer: 'sgd', momentum: 0.9, reference: () => train.momentum(RATE, 0.9) },
  "sgd with Nesterov's momentum": {
    optimizer: 'sgd',
    momentum: 0.8,
    nesterov: true,
    reference: () => train.momentum(RATE, 0.8, true),
  },
  adam: { optimizer: 'adam', reference: () => train.adam(RATE, 0.9, 0.999, 1e-7) },
  rmsprop: { optimizer: 'rmsprop', reference: () => train.rmsprop(RATE, 0.9, 0, 1e-7) },
  'rmsprop with momentum': {
    optimizer: 'rmsprop',
    momentum: 0.7,
    reference: () => train.rmsprop(RATE, 0.9, 0.7, 1e-7),
  },
};

test.each(Object.keys(optimizers))('%s moves weights as in TensorFlow.js, in both engines', async (title) => {
  const { reference, ...settings } = optimizers[title]!;
  const expected = stepInTfjs(smallNet({ units: CLASSES }), reference());
  for (const engine of Object.values(engines)) {
    const actual = await stepThrough(engine, smallNet({ units: CLASSES }), batches, { ...settings, rates: [RATE] });
    expectSameSteps(actual, expected, { gradients: false });
  }
});

const globalNorm = (gradients: readonly Tensor[]): number =>
  Math.sqrt(gradients.reduce((sum, gradient) => sum + tf.core.sum(tf.core.square(gradient)).dataSync()[0]!, 0));

const shorteners: Readonly<Record<string, StepSettings & { clip: (gradients: readonly Tensor[]) => Tensor[] }>> = {
  'a norm over all weights': {
    clipNorm: 0.3,
    clip: (gradients) => gradients.map((each) => tf.core.mul(each, Math.min(1, 0.3 / globalNorm(gradients)))),
  },
  'a value': { clipValue: 0.05, clip: (gradients) => gradients.map((each) => tf.core.clipByValue(each, -0.05, 0.05)) },
};

test.each(Object.keys(shorteners))('gradients are clipped to %s, in both engines', async (title) => {
  const { clip, ...settings } = shorteners[title]!;
  const expected = stepInTfjs(smallNet({ units: CLASSES }), train.sgd(1), clip);
  const options = { optimizer: 'sgd', ...settings, rates: [1] } as const;
  for (const engine of Object.values(engines)) {
    const actual = await stepThrough(engine, smallNet({ units: CLASSES }), batches, options);
    expectSameSteps(actual, expected, { gradients: true });
  }
});

test('regularizers of layers and of the settings are in loss and gradients, in both engines', async () => {
  const { l2, l1l2 } = tf.layers.regularizers;
  const own = { kernelRegularizer: l1l2({ l1: 0.01, l2: 0.02 }), biasRegularizer: l2({ l2: 0.3 }) };
  const net = { units: CLASSES, regularizer: own };
  const expected = stepInTfjs(smallNet(net), train.sgd(1));
  for (const engine of Object.values(engines)) {
    const actual = await stepThrough(engine, smallNet(net), batches, { optimizer: 'sgd', rates: [1] });
    expectSameSteps(actual, expected, { gradients: true });
  }

  const both = await Promise.all(
    [engines.onnx, engines.cpu].map((engine) =>
      stepThrough(engine, smallNet(net), batches, { optimizer: 'sgd', l1: 0.01, l2: 0.05, rates: [1] }),
    ),
  );
  expectSameSteps(both[0]!, both[1]!, { gradients: true });
  const [hidden, , last] = both[0]!.weights[0]!;
  const added = [hidden!, last!].reduce(
    (sum, kernel) => sum + kernel.reduce((part, weight) => part + 0.01 * Math.abs(weight) + 0.05 * weight ** 2, 0),
    0,
  );
  expect(both[0]!.losses[0]! - expected.losses[0]!).toBeCloseTo(added, 5);
});

test('adamw decays weights beside the step of adam, as its paper has it', async () => {
  const decay = 0.1;
  const net = { units: CLASSES, hidden: 0 };
  const expected = adamwInDoubles(smallNet(net), decay);
  for (const engine of Object.values(engines)) {
    const options = { optimizer: 'adamw', weightDecay: decay, rates: [RATE] } as const;
    expectSameSteps(await stepThrough(engine, smallNet(net), batches, options), expected, { gradients: false });
  }
});

/** Softmax regression by AdamW in double precision: θ ← θ − η (m̂ ÷ (√v̂ + ε) + λ θ). */
function adamwInDoubles(model: LayersModel, decay: number): Stepped {
  const parameters = copyWeights(model).map((weight) => Array.from(weight));
  const [first, second] = [0, 1].map(() => parameters.map((weight) => weight.map(() => 0))) as [number[][], number[][]];
  const copy = () => parameters.map((weight) => Float32Array.from(weight));
  const stepped: Stepped = { losses: [], weights: [copy()], correct: [] };
  for (const [index, batch] of batches.entries()) {
    const { gradients, loss, correct } = softmaxRegression(batch, parameters as [number[], number[]]);
    stepped.losses.push(loss);
    stepped.correct.push(correct);
    const step = index + 1;
    for (const [which, weight] of parameters.entries()) {
      for (const [place, value] of weight.entries()) {
        const gradient = gradients[which]![place]!;
        const m = (first[which]![place] = 0.9 * first[which]![place]! + 0.1 * gradient);
        const v = (second[which]![place] = 0.999 * second[which]![place]! + 0.001 * gradient ** 2);
        const change = m / (1 - 0.9 ** step) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-7);
        weight[place] = value - RATE * (change + decay * value);
      }
    }
    stepped.weights.push(copy());
  }
  return stepped;
}

function softmaxRegression({ inputs, labels, count }: Examples, [kernel, bias]: [number[], number[]]) {
  const gradients = [kernel.map(() => 0), bias.map(() => 0)];
  let [loss, correct] = [0, 0];
  for (let row = 0; row < count; row += 1) {
    const x = Array.from(inputs.subarray(row * FEATURES, (row + 1) * FEATURES));
    const logits = bias.map((b, k) => x.reduce((sum, value, f) => sum + value * kernel[f * CLASSES + k]!, b));
    const sum = logits.reduce((total, z) => total + Math.exp(z), 0);
    const p = logits.map((z) => Math.exp(z) / sum);
    const label = labels[row]!;
    loss -= Math.log(p[label]!) / count;
    correct += Number(p.indexOf(Math.max(...p)) === label);
    for (const [k, share] of p.entries()) {
      const slope = (share - Number(k === label)) / count;
      gradients[1]![k]! += slope;
      for (const [f, value] of x.entries()) gradients[0]![f * CLASSES + k]! += slope * value;
    }
  }
  return { gradients, loss, correct };
}
