import { expect, test } from '@jest/globals';
import { searchSpaceFor, trialSettings } from '../../../src/app/trial-settings.ts';

const options = { architecture: 'cnn', epochs: 3, seed: 1 };

test('a trial sets training and architecture; what it leaves out has its default', () => {
  const settings = trialSettings({ learningRate: 0.01, filters: 8 }, options);
  expect(settings).toMatchObject({ learningRate: 0.01, batchSize: 64, epochs: 3, seed: 1, optimizer: 'adam' });
  expect(settings.architecture).toMatchObject({ name: 'cnn', parameters: { filters: 8, kernel: 3 } });
});

test('all problems of a space are told at once', () => {
  const space = {
    learnRate: { choice: [0.1] },
    filters: { choice: [8, -1] },
    batchSize: { int: [0, 4] },
    dropout: { float: [0.5, 0] },
    kernel: { choice: [3, 5], when: { filter: 8 } },
  };
  expect(() => searchSpaceFor('cnn', space)).toThrow(
    /dropout: low 0.5 is above high 0\n.*kernel: when names "filter".*Did you mean "filters"[^]*learnRate is no parameter of cnn\. Did you mean "learningRate"[^]*filters: -1[^]*batchSize: 0/,
  );
});

test('a space that fits passes', () => {
  const space = searchSpaceFor('dense', {
    learningRate: { float: [1e-4, 1e-2], log: true },
    units: { int: [16, 64], step: 16 },
  });
  expect(space.dimensions.map(({ name }) => name)).toEqual(['learningRate', 'units']);
});

test('an unknown architecture lists the known ones', () => {
  expect(() => searchSpaceFor('perceptron', { learningRate: { choice: [0.1] } })).toThrow(/cnn, dense/);
});

test('fixed parameters of training hold for every trial, and its own come before them', () => {
  const training = { optimizer: 'sgd', momentum: 0.9, learningRate: 0.1, schedule: 'cosine', earlyStoppingPatience: 2 };
  const settings = trialSettings({ learningRate: 0.01, l2: 0.001 }, { ...options, training });
  expect(settings).toMatchObject({
    optimizer: 'sgd',
    momentum: 0.9,
    learningRate: 0.01,
    schedule: 'cosine',
    l2: 0.001,
  });
  expect(settings.earlyStopping).toEqual({ patience: 2 });
});

test('what the chosen optimiser does not take is no part of a trial', () => {
  const settings = trialSettings({ optimizer: 'adam', momentum: 0.9, clipNorm: 1 }, options);
  expect(settings).toMatchObject({ optimizer: 'adam', clipNorm: 1 });
  expect(settings).not.toHaveProperty('momentum');
});

test('a space whose parameters no trial could use is refused, with fixed parameters in view', () => {
  const space = { momentum: { float: [0, 0.9] }, focalGamma: { choice: [1, 2] }, clipNorm: { choice: [1] } };
  const fixed = { optimizer: 'adamw', clipNorm: 2, weightDecay: -1, optimiser: 'sgd' };
  expect(() => searchSpaceFor('cnn', space, fixed)).toThrow(
    /clipNorm is fixed \(training\) and searched[^]*training\.weightDecay: -1[^]*training\.optimiser is no parameter\. Did you mean "optimizer"[^]*focalGamma counts only with loss focal, not with cross-entropy[^]*momentum counts only with optimizer sgd or rmsprop, not with adamw/,
  );
  const searched = { ...space, optimizer: { choice: ['adam', 'sgd'] } };
  expect(() => searchSpaceFor('cnn', searched, { loss: 'focal' })).not.toThrow();
});
