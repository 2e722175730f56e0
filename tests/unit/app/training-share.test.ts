import { expect, test } from '@jest/globals';
import { takeShare } from '../../../src/app/training-share.ts';
import type { Samples } from '../../../src/core/samples.ts';

/** Ten images of class 0, four of class 1, one of class 2; the two pixels of an image are its index. */
const labels = Int32Array.from([0, 0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 1, 0, 0, 1]);
const data: Samples = {
  inputs: Uint8Array.from(Array.from(labels).flatMap((_, index) => [index, index])),
  labels,
  count: labels.length,
  shape: [2, 1, 1],
};
const indices = (part: Samples): number[] => Array.from(part.inputs).filter((_, at) => at % 2 === 0);

test('takes the share of every class, at least one, with pixels and labels together', () => {
  const half = takeShare(data, 0.5, 1);
  expect([0, 1, 2].map((label) => half.labels.filter((other) => other === label).length)).toEqual([5, 2, 1]);
  expect(Array.from(half.labels)).toEqual(indices(half).map((index) => labels[index]));
  expect(half).toMatchObject({ count: 8, shape: [2, 1, 1] });
  expect(half.inputs).toHaveLength(16);
});

test('the seed decides which, and a larger share holds the smaller one', () => {
  const small = indices(takeShare(data, 0.3, 1));
  expect(indices(takeShare(data, 0.3, 1))).toEqual(small);
  expect(indices(takeShare(data, 0.8, 1))).toEqual(expect.arrayContaining(small));
  const others = [2, 3, 4, 5].map((seed) => JSON.stringify(indices(takeShare(data, 0.3, seed))));
  expect(others.some((other) => other !== JSON.stringify(small))).toBe(true);
});

test('all of them is all of them', () => {
  expect(takeShare(data, 1, 1)).toBe(data);
});
