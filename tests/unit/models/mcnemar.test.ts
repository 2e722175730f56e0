import { expect, test } from '@jest/globals';
import { mcnemarExact, mcnemarOneSided } from '../../../src/models/mcnemar.ts';

// By hand: 2 · Σ C(n, i) / 2^n over i ≤ the smaller count, in exact fractions.
test.each([
  [10, 2, 0.03857421875],
  [2, 10, 0.03857421875],
  [0, 0, 1],
  [1, 0, 1],
  [5, 0, 0.0625],
  [6, 0, 0.03125],
  [4, 4, 1],
  [9, 1, 0.021484375],
  [15, 5, 0.04138946533203125],
])('two-sided exact p of %i against %i disagreements is %d', (first, second, p) => {
  expect(mcnemarExact(first, second)).toBe(p);
});

test('stays exact where 2^-n underflows and factorials overflow', () => {
  expect(mcnemarExact(1_000, 1_000)).toBe(1);
  // The same sum in exact fractions.
  expect(mcnemarExact(900, 1_100)).toBeCloseTo(8.457089535503927e-6, 17);
  expect(mcnemarExact(0, 2_000)).toBe(0);
});

test.each([
  [5, 0, 0.03125],
  [4, 0, 0.0625],
  [0, 5, 1],
  [8, 1, 0.01953125],
])('one-sided p of %i losses and %i gains is %d', (losses, gains, p) => {
  expect(mcnemarOneSided(losses, gains)).toBe(p);
});
