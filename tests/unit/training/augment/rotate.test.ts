import { expect, test } from '@jest/globals';
import { rotate } from '../../../../src/training/augment/rotate.ts';

const SQUARE = { height: 3, width: 3, channels: 1 };

test('turns counter-clockwise, exactly at quarter turns', () => {
  const image = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...rotate(image, SQUARE, 90)]).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
  expect([...rotate(image, SQUARE, -90)]).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
});

test('interpolates between neighbours and leaves the image it was given alone', () => {
  const image = Uint8Array.from([0, 0, 0, 0, 200, 0, 0, 0, 0]);
  const turned = rotate(image, SQUARE, 45);
  // The neighbours come from the half diagonal, 0.7071 of a pixel off the centre each way.
  const share = (1 - Math.SQRT1_2) ** 2;
  expect(turned[4]).toBe(200);
  expect(turned[1]).toBe(Math.round(200 * share));
  expect(image[4]).toBe(200);
});

test('continues the border outwards instead of showing black corners', () => {
  const image = new Uint8Array(9 * 7 * 3).fill(77);
  expect(new Set(rotate(image, { height: 9, width: 7, channels: 3 }, 13))).toEqual(new Set([77]));
});

test('keeps the channels of a pixel together', () => {
  const image = Uint8Array.from([1, 2, 3, 11, 12, 13, 21, 22, 23, 31, 32, 33]);
  expect([...rotate(image, { height: 2, width: 2, channels: 3 }, 180)]).toEqual([
    31, 32, 33, 21, 22, 23, 11, 12, 13, 1, 2, 3,
  ]);
});
