import { expect, test } from '@jest/globals';
import { parseSearchSpace } from '../../../../src/training/search/parse-search-space.ts';
import { gridSampler } from '../../../../src/training/search/samplers/grid-sampler.ts';
import { randomSampler } from '../../../../src/training/search/samplers/random-sampler.ts';
import { tpeSampler } from '../../../../src/training/search/samplers/tpe-sampler.ts';
import { samplerContract, suggestAll } from '../../../contracts/sampler-contract.ts';

samplerContract('grid', () => gridSampler());
samplerContract('shuffled grid', () => gridSampler({ shuffleSeed: 7 }));
samplerContract('random', () => randomSampler(7));
samplerContract('tpe', () => tpeSampler({ seed: 7, directions: ['maximize'] }));

test('a shuffled grid has the cells of the grid in an order that its seed decides', () => {
  const space = parseSearchSpace({ x: { int: [1, 30] } });
  const order = (shuffleSeed: number): unknown[] =>
    suggestAll(gridSampler({ shuffleSeed }), space, 30).map((point) => point.x);
  expect(order(1)).toEqual(order(1));
  expect(order(1)).not.toEqual(order(2));
  expect(order(1).toSorted((left, right) => Number(left) - Number(right))).toEqual(
    suggestAll(gridSampler(), space, 30).map((point) => point.x),
  );
});

test('random draws differ by seed and number and cover a continuous range evenly in the logarithm', () => {
  const space = parseSearchSpace({ rate: { float: [1e-4, 1], log: true } });
  const rates = suggestAll(randomSampler(1), space, 400).map((point) => Number(point.rate));
  expect(rates.every((rate) => rate >= 1e-4 && rate <= 1)).toBe(true);
  const below = rates.filter((rate) => rate < 0.01).length;
  expect(below).toBeGreaterThan(160);
  expect(below).toBeLessThan(240);
  expect(suggestAll(randomSampler(2), space, 1)).not.toEqual(suggestAll(randomSampler(1), space, 1));
});

test('logarithmic whole numbers keep both ends within reach', () => {
  const space = parseSearchSpace({ units: { int: [1, 3], log: true } });
  expect(
    suggestAll(randomSampler(3), space, 10)
      .map((point) => point.units)
      .toSorted(),
  ).toEqual([1, 2, 3]);
});
