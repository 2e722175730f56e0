import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { drawSign, SIGN_SIZE } from '../../../../src/datasets/sample-signs/draw-sign.ts';
import { LETTERS, type Letter } from '../../../../src/datasets/sample-signs/poses.ts';

test('the letters are the alphabet', () => {
  expect(LETTERS.join('')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
});

test('the same letter and key give the same pixels, anything else gives others', () => {
  const pixels = drawSign('A', [7, 'train', 1]);
  expect(pixels).toHaveLength(SIGN_SIZE * SIGN_SIZE * 3);
  expect(Buffer.compare(drawSign('A', [7, 'train', 1]), pixels)).toBe(0);
  const others = [drawSign('B', [7, 'train', 1]), drawSign('A', [8, 'train', 1]), drawSign('A', [7, 'train', 2])];
  for (const other of others) expect(Buffer.compare(other, pixels)).not.toBe(0);
});

test('pictures are the same on every machine until the generator version changes', () => {
  const hash = createHash('sha256');
  for (const letter of LETTERS) hash.update(drawSign(letter, [7, 'train', 1]));
  expect(hash.digest('hex')).toBe('a27a5fe0f322f16c984827d7a31de6a07e7845a6827582160353b33de33b9bf8');
});

test('letters differ: the mean pictures of a few hands tell unseen hands apart far better than chance', () => {
  const means = LETTERS.map((letter) => meanOf(draws(letter, 1, 6)));
  let right = 0;
  for (const [label, letter] of LETTERS.entries()) {
    for (const picture of draws(letter, 7, 8)) right += nearest(picture, means) === label ? 1 : 0;
  }
  expect(right / (2 * LETTERS.length)).toBeGreaterThan(0.25);
});

/** Grey pictures of a quarter of the size, mean 0 and deviation 1. */
function draws(letter: Letter, from: number, to: number): Float64Array[] {
  return Array.from({ length: to - from + 1 }, (_, index) => smallGrey(drawSign(letter, [7, 'train', from + index])));
}

function smallGrey(pixels: Uint8Array): Float64Array {
  const small = new Float64Array(SMALL * SMALL);
  for (let at = 0; at < SIGN_SIZE * SIGN_SIZE; at += 1) {
    const x = (at & (SIGN_SIZE - 1)) >> 2;
    const y = (at >> 6) >> 2;
    small[y * SMALL + x]! += pixels[at * 3]! + pixels[at * 3 + 1]! + pixels[at * 3 + 2]!;
  }
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
  const deviation = Math.sqrt(small.reduce((sum, value) => sum + (value - mean) ** 2, 0) / small.length);
  return small.map((value) => (value - mean) / deviation);
}

const SMALL = SIGN_SIZE / 4;

function meanOf(pictures: readonly Float64Array[]): Float64Array {
  const sums = Float64Array.from(pictures[0]!, (_, at) => pictures.reduce((sum, picture) => sum + picture[at]!, 0));
  return sums.map((sum) => sum / pictures.length);
}

function nearest(picture: Float64Array, means: readonly Float64Array[]): number {
  const distances = means.map((mean) => mean.reduce((sum, value, index) => sum + (value - picture[index]!) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
}
