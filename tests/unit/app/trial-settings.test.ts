import { expect, test } from '@jest/globals';
import { checkSearchSpace, trialSettings } from '../../../src/app/trial-settings.ts';
import { parseSearchSpace } from '../../../src/training/search/parse-search-space.ts';

const options = { architecture: 'cnn', epochs: 3, seed: 1 };

test('a trial sets training and architecture; what it leaves out has its default', () => {
  const settings = trialSettings({ learningRate: 0.01, filters: 8 }, options);
  expect(settings).toMatchObject({ learningRate: 0.01, batchSize: 64, epochs: 3, seed: 1, optimizer: 'adam' });
  expect(settings.architecture).toMatchObject({ name: 'cnn', parameters: { filters: 8, kernel: 3 } });
});

test('all problems of a space are told at once', () => {
  const space = parseSearchSpace({
    learnRate: { choice: [0.1] },
    filters: { choice: [8, -1] },
    batchSize: { int: [0, 4] },
  });
  expect(() => checkSearchSpace(space, 'cnn')).toThrow(
    /learnRate is no parameter of cnn\. Did you mean "learningRate"[\s\S]*filters: -1[\s\S]*batchSize: 0/,
  );
});

test('a space that fits passes', () => {
  const space = parseSearchSpace({
    learningRate: { float: [1e-4, 1e-2], log: true },
    units: { int: [16, 64], step: 16 },
  });
  expect(() => checkSearchSpace(space, 'dense')).not.toThrow();
});

test('an unknown architecture lists the known ones', () => {
  const space = parseSearchSpace({ learningRate: { choice: [0.1] } });
  expect(() => checkSearchSpace(space, 'resnet')).toThrow(/cnn, dense/);
});
