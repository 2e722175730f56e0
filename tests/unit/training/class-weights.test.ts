import { expect, test } from '@jest/globals';
import { resolveClassWeights } from '../../../src/training/class-weights.ts';

const labels = Int32Array.of(0, 0, 0, 1, 1, 2);
const classNames = ['ant', 'bee', 'cat', 'dog'];

test('balanced weights are inverse to the counts and one on average over the samples', () => {
  const weights = resolveClassWeights('balanced', { labels, classes: 4 })!;
  expect(weights).toEqual([6 / 9, 1, 2, 1]);
  expect(labels.reduce((sum, label) => sum + weights[label]!, 0)).toBeCloseTo(labels.length, 12);
});

test('weights by name leave the others at one', () => {
  expect(resolveClassWeights({ cat: 5, ant: 0 }, { labels, classes: 4, classNames })).toEqual([0, 1, 5, 1]);
  expect(resolveClassWeights('none', { labels, classes: 4, classNames })).toBeUndefined();
});

test('a name that the data does not have is refused with the nearest one', () => {
  expect(() => resolveClassWeights({ cats: 5 }, { labels, classes: 4, classNames })).toThrow(
    'classWeights names class "cats", which the data does not have. Did you mean "cat"?',
  );
});
