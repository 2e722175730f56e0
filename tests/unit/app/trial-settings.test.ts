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
