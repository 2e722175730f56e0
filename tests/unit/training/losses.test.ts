import { expect, test } from '@jest/globals';
import type { Examples } from '../../../src/core/samples.ts';
import { modelHead } from '../../../src/training/head.ts';
import { lossOf } from '../../../src/training/losses/loss.ts';
import { meanLoss } from '../../../src/training/losses/mean-loss.ts';
import type { StepSettings } from '../../../src/training/step-settings.ts';
import { batchOf, engines, expectSameSteps, FEATURES, smallNet, stepThrough, type SmallNet } from './stepped.ts';

type Case = StepSettings & {
  readonly net: SmallNet;
  readonly numbers?: boolean;
  readonly classWeights?: readonly number[];
};

const softmax = { units: 4 };
const sigmoids = { units: 4, head: 'sigmoid' };
const oneSigmoid = { units: 1, head: 'sigmoid' };

const cases: Readonly<Record<string, Case>> = {
  'cross-entropy': { net: softmax },
  'cross-entropy with smoothing and class weights': {
    net: softmax,
    labelSmoothing: 0.1,
    classWeights: [0.5, 1, 2, 3],
  },
  'cross-entropy of numbers that do not add up to one': { net: softmax, numbers: true, labelSmoothing: 0.2 },
  'binary cross-entropy of one unit with class weights': {
    net: oneSigmoid,
    loss: 'binary-cross-entropy',
    classWeights: [1, 3],
  },
  'binary cross-entropy of several units, smoothed': {
    net: sigmoids,
    loss: 'binary-cross-entropy',
    labelSmoothing: 0.1,
  },
  'binary cross-entropy of numbers': { net: sigmoids, loss: 'binary-cross-entropy', numbers: true },
  'mse of linear outputs': { net: { units: 2, head: 'linear' }, loss: 'mse', numbers: true },
  'mse of class probabilities': { net: softmax, loss: 'mse', classWeights: [1, 2, 1, 1] },
  'mse of sigmoids': { net: sigmoids, loss: 'mse', numbers: true },
  'mse behind an activation that is no head': { net: { units: 2, head: 'tanh' }, loss: 'mse', numbers: true },
  'huber on both sides of delta': {
    net: { units: 3, head: 'linear' },
    loss: 'huber',
    huberDelta: 0.4,
    numbers: true,
  },
  'focal of a softmax': { net: softmax, loss: 'focal', focalGamma: 1.5, focalAlpha: 0.5 },
  'focal of sigmoids': { net: sigmoids, loss: 'focal', numbers: true },
};

/** Enough rows for every case; the last batch is smaller. */
function batchesFor({ net, numbers = false }: Case): Examples[] {
  const labels = numbers ? { outputs: net.units } : { classes: Math.max(2, net.units) };
  return [8, 8, 8, 8, 8, 3].map((count, seed) => batchOf(count, seed, labels));
}

test.each(Object.keys(cases))(
  '%s: gradients, losses and weights of the graph are those of automatic differentiation',
  async (title) => {
    const { net, numbers = false, ...settings } = cases[title]!;
    // At rate 1 the first step is the gradient itself.
    const options = {
      optimizer: 'sgd',
      ...settings,
      labelled: numbers ? 'numbers' : 'classes',
      rates: [1, 0.1],
    } as const;
    const batches = batchesFor(cases[title]!);
    const expected = await stepThrough(engines.cpu, smallNet(net), batches, options);
    const actual = await stepThrough(engines.onnx, smallNet(net), batches, options);
    expectSameSteps(actual, expected, { gradients: true });
  },
);

test.each(
  Object.entries(cases).filter(([, { numbers, classWeights }]) => numbers !== true && classWeights === undefined),
)('%s: the loss of predictions is that of the step without smoothing', async (_title, { net, ...settings }) => {
  const [batch] = batchesFor({ net }) as [Examples];
  const labels = Int32Array.from(batch.labels);
  const model = smallNet(net);
  const plain = { ...settings, labelSmoothing: 0 };
  const trainer = await engines.cpu.createTrainer(model, { seed: 1, threads: 1, ...plain });
  const outputs = await trainer.predict(batch.inputs, batch.count);
  const { loss } = await trainer.step(batch, 0.1);
  expect(meanLoss(lossOf(plain), modelHead(model).activation, outputs, labels)).toBeCloseTo(loss, 5);
});

/** Losses of one row of logits z with target t in double precision, as the papers write them. */
const float64: Readonly<Record<string, (z: readonly number[], t: readonly number[]) => number>> = {
  'focal of a softmax': (z, t) => {
    const sum = z.reduce((total, value) => total + Math.exp(value), 0);
    const p = z.map((value) => Math.exp(value) / sum);
    return -0.5 * p.reduce((total, share, k) => total + t[k]! * (1 - share) ** 1.5 * Math.log(share), 0);
  },
  'focal of sigmoids': (z, t) => {
    const losses = z.map((value, k) => {
      const p = 1 / (1 + Math.exp(-value));
      return -(0.25 * t[k]! * (1 - p) ** 2 * Math.log(p) + 0.75 * (1 - t[k]!) * p ** 2 * Math.log(1 - p));
    });
    return losses.reduce((total, loss) => total + loss, 0) / z.length;
  },
};

test.each(Object.keys(float64))(
  '%s is the formula of its paper, its gradient that of finite differences',
  async (title) => {
    const { net, numbers = false, ...settings } = cases[title]!;
    const { units } = net;
    const linear = { ...net, hidden: 0 };
    const [batch] = batchesFor(cases[title]!) as [Examples];
    const options = { optimizer: 'sgd', ...settings, labelled: numbers ? 'numbers' : 'classes', rates: [1] } as const;
    const stepped = await stepThrough(engines.onnx, smallNet(linear), [batch], options);

    const meanLoss = (kernel: readonly number[], bias: readonly number[]): number => {
      const rows = Array.from({ length: batch.count }, (_, row) => {
        const logits = bias.map((offset, unit) =>
          Array.from({ length: FEATURES }).reduce<number>(
            (sum, _feature, feature) => sum + batch.inputs[row * FEATURES + feature]! * kernel[feature * units + unit]!,
            offset,
          ),
        );
        const targets = logits.map((_logit, unit) =>
          numbers ? batch.labels[row * units + unit]! : Number(batch.labels[row] === unit),
        );
        return float64[title]!(logits, targets);
      });
      return rows.reduce((sum, loss) => sum + loss, 0) / batch.count;
    };
    const [kernel, bias] = stepped.weights[0]!.map((weight) => Array.from(weight)) as [number[], number[]];
    expect(stepped.losses[0]).toBeCloseTo(meanLoss(kernel, bias), 6);
    const change = 1e-4;
    const slopes = kernel.map((_, place) => {
      const moved = (by: number) => meanLoss(kernel.with(place, kernel[place]! + by), bias);
      return (moved(change) - moved(-change)) / (2 * change);
    });
    slopes.forEach((slope, place) =>
      expect(stepped.weights[0]![0]![place]! - stepped.weights[1]![0]![place]!).toBeCloseTo(slope, 6),
    );
  },
);

test.each([
  [
    'cross-entropy',
    'sigmoid',
    "ends in layer 'dense.*' without a softmax but with a sigmoid; loss cross-entropy needs it",
  ],
  ['binary-cross-entropy', 'softmax', 'without a sigmoid but with a softmax; loss binary-cross-entropy needs it'],
  ['focal', 'linear', "ends in layer 'dense.*' without a softmax or sigmoid; loss focal needs it"],
] as const)('%s over a %s is refused, naming layer and loss', async (loss, head, message) => {
  for (const engine of Object.values(engines)) {
    const model = smallNet({ units: 3, head });
    const creation = Promise.resolve().then(() => engine.createTrainer(model, { seed: 1, threads: 1, loss }));
    await expect(creation).rejects.toThrow(new RegExp(message));
  }
});
