import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { pixelDecoder } from '../../../../src/datasets/decode/decode-image.ts';
import { loadJpegDecoder } from '../../../../src/datasets/decode/jpeg-decoder.ts';
import type { Pixels } from '../../../../src/datasets/decode/pixels.ts';
import { photoPixels } from '../../../helpers/drawn-photos.ts';
import { mutate } from '../../../helpers/mutate.ts';
import { testWithRealData } from '../../../helpers/real-data.ts';

const decodePixels = pixelDecoder();
const decodeWithSharp = pixelDecoder({ decodeJpeg: null });
const testWithDecoder = loadJpegDecoder() === undefined ? test.skip : test;

const { data, width, height, channels } = photoPixels('decoder', 96, 72);
const photo = loadSharp()(data, { raw: { width, height, channels } });

/** The largest and the mean difference of two pictures' values. */
function difference(first: Pixels, second: Pixels): { most: number; mean: number } {
  expect({ ...first, data: first.data.length }).toEqual({ ...second, data: second.data.length });
  let [most, sum] = [0, 0];
  first.data.forEach((value, at) => {
    const by = Math.abs(value - second.data[at]!);
    most = Math.max(most, by);
    sum += by;
  });
  return { most, mean: sum / first.data.length };
}

test.each([
  ['colour at half size', photo.clone().jpeg()],
  ['colour at full size', photo.clone().jpeg({ chromaSubsampling: '4:4:4' })],
  ['low quality', photo.clone().jpeg({ quality: 30 })],
  ['grey', photo.clone().toColourspace('b-w').jpeg()],
  ['progressive', photo.clone().jpeg({ progressive: true })],
])('a JPEG with %s is what sharp makes of it, but for rounding', async (_, image) => {
  const bytes = await image.toBuffer();
  const { most, mean } = difference(await decodePixels(bytes), await decodeWithSharp(bytes));
  expect(most).toBeLessThanOrEqual(8);
  expect(mean).toBeLessThan(0.5);
});

testWithRealData('real photos are what sharp makes of them, but for rounding', 'photos', async (folder) => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).slice(0, 4);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const bytes = await readFile(path.join(folder, name));
    const { most, mean } = difference(await decodePixels(bytes), await decodeWithSharp(bytes));
    expect(most).toBeLessThanOrEqual(8);
    expect(mean).toBeLessThan(0.5);
  }
});

const SMALL_JPEG =
  '/9j/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wAARCAAYABgDASIAAhEBAxEB/8QAGAABAAMBAAAAAAAAAAAAAAAAAAMEBQH/xAAmEAACAgIBAgUFAAAAAAAAAAABAwIEAAVBEnEGEyIjURUhM0KR/8QAFwEBAQEBAAAAAAAAAAAAAAAAAgEDBP/EAB0RAAMAAgIDAAAAAAAAAAAAAAABAhEhEjETMlL/2gAMAwEAAhEDEQA/ANO1cuq10ulkWQI9UPjMjXGrYSwWwWqP9gck8LsTYZKD3E98Xqr6+16tcoEE+qHEslKq0FJ0uRUqyQnZhFhM51yfbeP174y7fuXKCfNVREgfyKI+47YxcYXfYfF9EOwhWTc8uj7TuR85OteyR0tkwA8E4xifsdcYTyc2X1GxGLWNjGQ54OMYyS9bMKt5P//Z';

testWithDecoder('a JPEG has the same pixels, and so the same split, on every machine', async () => {
  const pixels = await decodePixels(Buffer.from(SMALL_JPEG, 'base64'));
  // When this changes, pixels have changed: raise DECODING in cache-index.ts.
  expect(createHash('sha256').update(pixels.data).digest('hex')).toBe(
    'b0b6a72a486decfb7fc7076bbbfe386b332e84c72b311d56a0dca7a7453f444a',
  );
});

test('a JPEG that is cut off anywhere is refused as sharp refuses it', async () => {
  const bytes = await photo.clone().resize(24, 16).jpeg().toBuffer();
  for (let end = 1; end < bytes.length; end += 11) {
    const cut = bytes.subarray(0, end);
    const reason = (error: Error) => error.message;
    const expected = await decodeWithSharp(cut).catch(reason);
    expect(await decodePixels(cut).catch(reason)).toEqual(expected);
  }
});

test('of 60 damaged JPEGs those are refused that sharp refuses', async () => {
  const bytes = await photo.clone().resize(48, 36).jpeg().toBuffer();
  let taken = 0;
  for (let number = 0; number < 60; number += 1) {
    const damaged = mutate(bytes, seededRandom('damaged JPEG', number));
    const [ours, sharps] = await Promise.all(
      [decodePixels, decodeWithSharp].map((decode) =>
        decode(damaged).then(
          () => true,
          () => false,
        ),
      ),
    );
    expect({ number, taken: ours }).toEqual({ number, taken: sharps });
    taken += ours === true ? 1 : 0;
  }
  expect(taken).toBeGreaterThan(5);
});

test('a decoder that gives up, or another number of pixels, is replaced by sharp', async () => {
  const bytes = await photo.clone().jpeg().toBuffer();
  const expected = await decodeWithSharp(bytes);
  const gaveUp = pixelDecoder({
    decodeJpeg: () => {
      throw new Error('no');
    },
  });
  expect(await gaveUp(bytes)).toEqual(expected);
  expect(await pixelDecoder({ decodeJpeg: () => new Uint8Array(5) })(bytes)).toEqual(expected);
});
