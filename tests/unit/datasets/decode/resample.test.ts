import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import type { Pixels } from '../../../../src/datasets/decode/pixels.ts';
import { createResample } from '../../../../src/datasets/decode/resample.ts';

const resample = createResample();

function noise(height: number, width: number, channels: 1 | 3): Pixels {
  const random = seededRandom('noise', height, width);
  return {
    height,
    width,
    channels,
    data: Uint8Array.from({ length: height * width * channels }, () => random.integer(256)),
  };
}

/** The definition: for each output the mean of the inputs, weighted by a triangle around its centre; first down, then across. */
function expected({ data, height: from, width, channels }: Pixels, toHeight: number, toWidth: number): number[] {
  const stride = width * channels;
  const columns = weights(width, toWidth);
  return weights(from, toHeight).flatMap((rows) => {
    const line = new Float64Array(stride);
    for (const [weight, row] of rows) line.forEach((sum, at) => (line[at] = sum + weight * data[row * stride + at]!));
    return columns.flatMap((inputs) =>
      Array.from({ length: channels }, (_, channel) =>
        inputs.reduce((sum, [weight, column]) => sum + weight * line[column * channels + channel]!, 0),
      ),
    );
  });
}

function weights(from: number, to: number): (readonly [weight: number, input: number])[][] {
  const support = Math.max(1, from / to);
  return Array.from({ length: to }, (_, at) => {
    const distance = (input: number) => Math.abs(input + 0.5 - ((at + 0.5) * from) / to) / support;
    const near = Array.from({ length: from }, (__, input) => input).filter((input) => distance(input) < 1);
    const sum = near.reduce((total, input) => total + 1 - distance(input), 0);
    return near.map((input) => [(1 - distance(input)) / sum, input] as const);
  });
}

test.each([
  [20, 20, 3, 7, 7],
  [20, 31, 1, 6, 10],
  [9, 5, 3, 4, 12],
  [3, 4, 1, 11, 9],
  [1, 1, 3, 3, 2],
  [40, 3, 3, 1, 1],
  [17, 16, 3, 17, 5],
] as const)(
  '%i × %i × %i to %i × %i is the weighted mean, to a rounding',
  (height, width, channels, toHeight, toWidth) => {
    const pixels = noise(height, width, channels);
    const { data, ...size } = resample(pixels, toHeight, toWidth);
    expect(size).toEqual({ height: toHeight, width: toWidth, channels });
    const wanted = expected(pixels, toHeight, toWidth);
    expect(data).toHaveLength(wanted.length);
    // Half for rounding the value, a little for rounding weights to 14 bits and sums to 6.
    const most = wanted.reduce((worst, value, at) => Math.max(worst, Math.abs(value - data[at]!)), 0);
    expect(most).toBeLessThan(0.55);
  },
);

test('a picture larger than the working memory comes out as its parts would', () => {
  const tall = noise(1_500, 300, 3);
  const { data } = resample(tall, 20, 10);
  const wanted = expected(tall, 20, 10);
  expect(wanted.reduce((worst, value, at) => Math.max(worst, Math.abs(value - data[at]!)), 0)).toBeLessThan(0.6);
});

test('pictures of different sizes in turns do not disturb each other', () => {
  const [small, large] = [noise(12, 12, 3), noise(90, 70, 1)];
  const first = resample(small, 5, 5).data;
  resample(large, 40, 200);
  expect(resample(small, 5, 5).data).toEqual(first);
});
