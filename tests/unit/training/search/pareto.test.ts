import { expect, test } from '@jest/globals';
import { crowdingDistances, paretoFronts } from '../../../../src/training/search/pareto.ts';
import { orderTrials } from '../../../../src/training/search/samplers/order-trials.ts';
import type { PastTrial } from '../../../../src/training/search/samplers/sampler.ts';

const ended = (
  number: number,
  state: PastTrial['state'],
  values?: readonly number[],
  lastStep?: number,
): PastTrial => ({
  ...{ number, state, parameters: {}, configHash: String(number) },
  ...(values === undefined ? {} : { values }),
  ...(lastStep === undefined ? {} : { lastStep }),
});
const numbers = (trials: readonly PastTrial[]): number[] => trials.map(({ number }) => number);

test('a front holds what nothing left is better than in every metric', () => {
  const points = [
    [0.9, 100],
    [0.8, 50],
    [0.8, 80],
    [0.7, 90],
    [0.9, 100],
  ];
  expect(paretoFronts(points, ['maximize', 'minimize'])).toEqual([0, 0, 1, 2, 0]);
  expect(paretoFronts([], ['minimize'])).toEqual([]);
});

test('the ends of a front have room without end, a point in a crowd has little', () => {
  const [first, crowded, alone, last] = crowdingDistances([
    [0, 10],
    [1, 9],
    [5, 5],
    [10, 0],
  ]);
  expect([first, last]).toEqual([Infinity, Infinity]);
  expect(crowded).toBeLessThan(alone!);
});

test('complete trials come first, then pruned ones by how far they came and their value, then those without a value', () => {
  const trials = [
    ended(0, 'pruned'),
    ended(1, 'pruned', [1], 2),
    ended(2, 'pruned', [9], 3),
    ended(3, 'pruned', [8], 3),
    ended(4, 'complete', [7]),
    ended(5, 'complete', [6]),
    ended(6, 'pruned', undefined, 3),
  ];
  expect(numbers(orderTrials(trials, ['minimize']))).toEqual([5, 4, 3, 2, 6, 1, 0]);
  expect(numbers(orderTrials(trials, ['maximize']))).toEqual([4, 5, 2, 3, 6, 1, 0]);
});

test('of several metrics the first front comes first, its loneliest points at the front', () => {
  const trials = [
    ended(0, 'complete', [5, 5]),
    ended(1, 'complete', [1, 9]),
    ended(2, 'complete', [2, 8]),
    ended(3, 'complete', [9, 1]),
    ended(4, 'complete', [6, 6]),
  ];
  expect(numbers(orderTrials(trials, ['minimize', 'minimize']))).toEqual([1, 3, 0, 2, 4]);
});
