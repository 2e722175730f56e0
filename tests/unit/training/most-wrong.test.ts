import { expect, test } from '@jest/globals';
import { loadSharp } from '../../../src/core/load-sharp.ts';
import { mostWrong } from '../../../src/training/most-wrong.ts';
import { mostWrongSheetPng } from '../../../src/training/most-wrong-sheet.ts';

const sharp = loadSharp();

const probabilities = Float32Array.from([0.9, 0.1, 0.2, 0.8, 0.75, 0.25, 0, 1]);

test('the most certain mistakes come first, what was right not at all', () => {
  expect(mostWrong({ probabilities, labels: Int32Array.of(0, 0, 1, 0) }, 2)).toEqual([
    { index: 3, label: 0, predicted: 1, probability: 1 },
    { index: 1, label: 0, predicted: 1, probability: expect.closeTo(0.8, 6) },
  ]);
  expect(mostWrong({ probabilities, labels: Int32Array.of(0, 1, 0, 1) }, 2)).toEqual([]);
});

test('they are drawn with their names, whatever these are, and an empty sheet says so', async () => {
  const images = { images: new Uint8Array(4 * 64).fill(200), labels: new Int32Array(4), count: 4, height: 8, width: 8 };
  const names = ['</text><script>alert(1)</script>', '\u0001 & "quoted"'];
  const wrong = mostWrong({ probabilities, labels: Int32Array.of(1, 0, 1, 0) }, 24);
  const sheet = sharp(await mostWrongSheetPng(wrong, { ...images, channels: 1 }, names));
  expect(await sheet.metadata()).toMatchObject({ format: 'png', width: 768 });
  expect((await sheet.extract({ left: 20, top: 20, width: 1, height: 1 }).raw().toBuffer())[0]).toBe(200);
  const empty = sharp(await mostWrongSheetPng([], { ...images, channels: 1 }, names));
  expect(await empty.metadata()).toMatchObject({ format: 'png', width: 768 });
});
