import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { addGaussianNoise } from '../../../../src/training/augment/gaussian-noise.ts';

test('has the deviation asked for, as a share of the range, and no bias', () => {
  const noisy = addGaussianNoise(new Uint8Array(40_000).fill(128), 0.1, seededRandom('noise'));
  const mean = noisy.reduce((sum, value) => sum + value, 0) / noisy.length;
  const variance = noisy.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noisy.length;
  expect(Math.abs(mean - 128)).toBeLessThan(0.5);
  expect(Math.abs(Math.sqrt(variance) - 25.5)).toBeLessThan(0.5);
});

test('stays within 0..255 and is the same for the same seed', () => {
  const pixels = Uint8Array.from({ length: 1_000 }, (_, index) => (index % 2) * 255);
  const noisy = addGaussianNoise(pixels, 0.15, seededRandom('noise', 1));
  expect(noisy.filter((_, index) => index % 2 === 0).every((value) => value < 200)).toBe(true);
  expect(noisy.some((value) => value === 255)).toBe(true);
  expect(addGaussianNoise(pixels, 0.15, seededRandom('noise', 1))).toEqual(noisy);
  expect(addGaussianNoise(pixels, 0.15, seededRandom('noise', 2))).not.toEqual(noisy);
});
