import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { pixelDecoder } from '../../../../src/datasets/decode/decode-image.ts';
import type { Pixels } from '../../../../src/datasets/decode/pixels.ts';
import { pixelMeasurer } from '../../../../src/datasets/describe/measure-image.ts';
import { findNearDuplicates, type Likeness } from '../../../../src/datasets/describe/near-duplicates.ts';
import { photoJpeg, photoPixels } from '../../../helpers/drawn-photos.ts';

const measurePixels = pixelMeasurer();

const brighter = (pixels: Pixels, by: number): Pixels => ({
  ...pixels,
  data: pixels.data.map((value) => Math.min(255, value + by)),
});

test('the same picture at another size, quality or brightness is found, and no other', async () => {
  const pictures = [
    ...Array.from({ length: 60 }, (_, seed) => photoPixels(seed, 40)),
    photoPixels(7, 96),
    await pixelDecoder()(await photoJpeg(7, 64, 60)),
    brighter(photoPixels(50, 40), 5),
  ];
  expect(findNearDuplicates(pictures.map(measurePixels))).toEqual([
    [7, 60, 61],
    [50, 62],
  ]);
});

test('flat pictures, whose hashes are the same, are alike only when they are as bright', () => {
  const flat = (value: number): Pixels => ({
    data: new Uint8Array(900).fill(value),
    width: 30,
    height: 30,
    channels: 1,
  });
  expect(findNearDuplicates([flat(10), flat(200), flat(12), flat(120)].map(measurePixels))).toEqual([[0, 2]]);
});

test('all pairs that differ in at most four bits are found, as comparing each with each finds them', () => {
  const random = seededRandom('hashes');
  const tiny = Buffer.alloc(64).toString('base64');
  const hashes = Array.from(
    { length: 60 },
    () => BigInt(random.integer(2 ** 32)) * 2n ** 32n + BigInt(random.integer(2 ** 32)),
  );
  for (let at = 0; at < 60; at += 1) {
    const turned = Array.from({ length: 1 + random.integer(6) }, () => 1n << BigInt(random.integer(64)));
    hashes.push(turned.reduce((hash, bit) => hash ^ bit, hashes[random.integer(60)]!));
  }
  const distance = (first: bigint, second: bigint) => (first ^ second).toString(2).replaceAll('0', '').length;
  const found = findNearDuplicates(
    hashes.map((hash): Likeness => ({ hash: hash.toString(16).padStart(16, '0'), tiny })),
  );
  const groupOf = new Map(found.flatMap((group, index) => group.map((at) => [at, index] as const)));
  for (const [at, first] of hashes.entries()) {
    const near = hashes.flatMap((second, other) => (other !== at && distance(first, second) <= 4 ? [other] : []));
    expect(groupOf.has(at)).toBe(near.length > 0);
    for (const other of near) expect(groupOf.get(other)).toBe(groupOf.get(at));
  }
});
