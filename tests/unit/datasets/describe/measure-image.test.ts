import { expect, test } from '@jest/globals';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import type { Pixels } from '../../../../src/datasets/decode/pixels.ts';
import { pixelMeasurer } from '../../../../src/datasets/describe/measure-image.ts';
import { spreadOf } from '../../../../src/datasets/describe/outliers.ts';
import { photoPixels } from '../../../helpers/drawn-photos.ts';

const measurePixels = pixelMeasurer();

test('means and squares of each channel are of values 0..1', () => {
  const pixels: Pixels = { data: Uint8Array.of(255, 0, 51, 0, 0, 51), width: 2, height: 1, channels: 3 };
  const measure = measurePixels(pixels);
  expect(measure).toMatchObject({ width: 2, height: 1, channels: 3, means: [0.5, 0, 0.2] });
  expect(measure.squares.map((value) => Number(value.toFixed(6)))).toEqual([0.5, 0, 0.04]);
});

test('a blurred picture is less sharp, a flat one not at all, and one pixel has a measure too', async () => {
  const picture = photoPixels(3, 80);
  const { data, width, height, channels } = picture;
  const blurred = await loadSharp()(data, { raw: { width, height, channels } }).blur(3).raw().toBuffer();
  const sharpness = (pixels: Pixels) => measurePixels(pixels).sharpness;
  expect(sharpness({ ...picture, data: blurred })).toBeLessThan(sharpness(picture));
  expect(sharpness({ data: new Uint8Array(100).fill(9), width: 10, height: 10, channels: 1 })).toBe(0);
  const pixel = measurePixels({ data: Uint8Array.of(51), width: 1, height: 1, channels: 1 });
  expect(pixel).toMatchObject({ brightness: 0.2, sharpness: 0, means: [0.2] });
});

test('what lies far outside is told, the farthest first; equal values have no outliers', () => {
  const values = [10, 11, 9, 10, 12, 8, 10, 11, 40, -90];
  const { median, low, high, outliers } = spreadOf(values);
  expect({ median, low, high }).toEqual({ median: 10, low: -90, high: 40 });
  expect(outliers.map(({ at }) => at)).toEqual([9, 8]);
  const tenfold = [1, 100, 120, 90, 110, 80, 100, 130];
  expect(spreadOf(tenfold, Math.log1p).outliers.map(({ value }) => value)).toEqual([1]);
  expect(spreadOf([1, 1, 1, 1, 5]).outliers).toEqual([]);
  expect(spreadOf([])).toEqual({ median: 0, low: 0, high: 0, outliers: [] });
});
