import { expect, test } from '@jest/globals';
import { loadSharp } from '../../../src/core/load-sharp.ts';
import { confusionMatrixPng, confusionMatrixSvg } from '../../../src/training/confusion-matrix-image.ts';
import { evaluate } from '../../../src/training/evaluate.ts';

const sharp = loadSharp();

const report = evaluate({ probabilities: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1), labels: Int32Array.of(0, 0, 0, 1) }, [
  'thumb <up>',
  'fist',
]);

test('the picture is a PNG with a dark diagonal where the classifier is right', async () => {
  const png = await confusionMatrixPng(report, ['thumb <up>', 'fist']);
  const { format, width, height } = await sharp(png).metadata();
  expect(format).toBe('png');
  expect(Math.min(width, height)).toBeGreaterThan(100);
});

test('names, counts and accuracy are written, special characters escaped', () => {
  const svg = confusionMatrixSvg(report, ['thumb <up>', 'fist']);
  expect(svg).toContain('accuracy 75.0 % of 4 samples');
  expect(svg).toContain('thumb &lt;up&gt;');
  expect(svg.match(/>\d+<\/text>/g)).toEqual(['>2</text>', '>1</text>', '>1</text>']);
});
