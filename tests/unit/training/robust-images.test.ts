import { expect, test } from '@jest/globals';
import { disturbImages } from '../../../src/training/robust-images.ts';

const SHAPE = { height: 16, width: 16, channels: 3 };
const SIZE = 16 * 16 * 3;

test('a sample is disturbed in the same way whoever asks and beside whatever others', () => {
  const images = Uint8Array.from({ length: 2 * SIZE }, (_, index) => (index * 7) % 256);
  const both = disturbImages(images, SHAPE, ['a', 'b']);
  const second = disturbImages(images.subarray(SIZE), SHAPE, ['b']);
  expect(both.subarray(SIZE)).toEqual(second);
  expect(disturbImages(images.subarray(SIZE), SHAPE, ['c'])).not.toEqual(second);
});

test('the disturbance is a noise of 38 of 255 where there is nothing to turn', () => {
  const grey = disturbImages(new Uint8Array(SIZE).fill(128), SHAPE, ['grey']);
  const deviation = Math.sqrt(grey.reduce((sum, value) => sum + (value - 128) ** 2, 0) / SIZE);
  expect(Math.abs(deviation - 0.15 * 255)).toBeLessThan(3);
});
