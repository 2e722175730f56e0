import { expect, test } from '@jest/globals';
import { finiteSize, gridOf } from '../../../../src/training/search/grid.ts';
import { parseSearchSpace } from '../../../../src/training/search/parse-search-space.ts';
import type { TrialParameters } from '../../../../src/training/search/search-space.ts';

const cells = (raw: unknown): TrialParameters[] => {
  const grid = gridOf(parseSearchSpace(raw));
  return Array.from({ length: grid.size }, (_, index) => grid.cell(index));
};
const values = (dimension: unknown): unknown[] => cells({ x: dimension }).map((cell) => cell.x);

test('declared order, the last dimension fastest', () => {
  expect(cells({ b: { choice: [2, 1] }, a: { choice: ['x', 'y', 'z'] } })).toEqual([
    { b: 2, a: 'x' },
    { b: 2, a: 'y' },
    { b: 2, a: 'z' },
    { b: 1, a: 'x' },
    { b: 1, a: 'y' },
    { b: 1, a: 'z' },
  ]);
});

test.each<[string, unknown, unknown[]]>([
  ['whole numbers', { int: [8, 11] }, [8, 9, 10, 11]],
  ['whole numbers with a step that misses the end', { int: [8, 30], step: 8 }, [8, 16, 24]],
  ['a step that meets the end', { int: [8, 32], step: 8 }, [8, 16, 24, 32]],
  ['decimal steps without drift', { float: [0, 0.5], step: 0.1 }, [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
  ['an end that division misses by a hair', { float: [0.1, 0.7], step: 0.2 }, [0.1, 0.3, 0.5, 0.7]],
  ['evenly spaced', { float: [0, 1], steps: 5 }, [0, 0.25, 0.5, 0.75, 1]],
  [
    'evenly spaced in the logarithm',
    { float: [1e-4, 1e-2], log: true, steps: 5 },
    [0.0001, 0.000316227766017, 0.001, 0.00316227766017, 0.01],
  ],
  ['rounded whole numbers once each', { int: [1, 4], log: true, steps: 7 }, [1, 2, 3, 4]],
  ['logarithmic whole numbers', { int: [16, 256], log: true, steps: 5 }, [16, 32, 64, 128, 256]],
  ['choices once each', { choice: [1, 1.0, '1', true, -0, 0] }, [1, '1', true, 0]],
  ['a range of one value', { float: [0.5, 0.5] }, [0.5]],
])('%s', (_, dimension, expected) => {
  expect(values(dimension)).toEqual(expected);
});

test('a thousand steps end where they should', () => {
  const steps = values({ float: [0, 100], step: 0.1 });
  expect(steps).toHaveLength(1001);
  expect(steps[777]).toBe(77.7);
  expect(steps.at(-1)).toBe(100);
});

test('a parameter that does not count at a point is left out of it, and no cell comes twice', () => {
  expect(
    cells({
      momentum: { choice: [0, 0.9], when: { optimizer: ['sgd', 'rmsprop'] } },
      nesterov: { choice: [false, true], when: { optimizer: 'sgd', momentum: 0.9 } },
      optimizer: { choice: ['adam', 'sgd', 'rmsprop'] },
      batchSize: { choice: [32, 64] },
    }),
  ).toEqual([
    { optimizer: 'adam', batchSize: 32 },
    { optimizer: 'adam', batchSize: 64 },
    { optimizer: 'sgd', momentum: 0, batchSize: 32 },
    { optimizer: 'sgd', momentum: 0, batchSize: 64 },
    { optimizer: 'sgd', momentum: 0.9, nesterov: false, batchSize: 32 },
    { optimizer: 'sgd', momentum: 0.9, nesterov: false, batchSize: 64 },
    { optimizer: 'sgd', momentum: 0.9, nesterov: true, batchSize: 32 },
    { optimizer: 'sgd', momentum: 0.9, nesterov: true, batchSize: 64 },
    { optimizer: 'rmsprop', momentum: 0, batchSize: 32 },
    { optimizer: 'rmsprop', momentum: 0, batchSize: 64 },
    { optimizer: 'rmsprop', momentum: 0.9, batchSize: 32 },
    { optimizer: 'rmsprop', momentum: 0.9, batchSize: 64 },
  ]);
});

test('any cell of a huge grid is addressed without walking there', () => {
  const space = parseSearchSpace({ a: { int: [0, 999_999] }, b: { int: [0, 999] } });
  const grid = gridOf(space);
  expect(grid.size).toBe(1_000_000_000);
  expect(grid.cell(123_456_789)).toEqual({ a: 123_456, b: 789 });
  expect(() => grid.cell(1_000_000_000)).toThrow(RangeError);
});

test('a continuous dimension has no grid and the message says what to do', () => {
  const space = parseSearchSpace({
    rate: { float: [0, 1] },
    size: { choice: [1] },
    decay: { float: [1, 2], log: true },
  });
  expect(() => gridOf(space)).toThrow(/rate, decay may be anything.*steps/);
  expect(finiteSize(space)).toBeUndefined();
});
