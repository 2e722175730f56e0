import type { SeededRandom } from '../../core/seeded-random.ts';

/**
 * The uint8 values with normally distributed noise on each, as new ones. `deviation` is its standard deviation as a share of
 * the range, so 0.15 is 38 of 255; what leaves 0..255 is cut off there.
 */
export function addGaussianNoise(pixels: Uint8Array, deviation: number, random: SeededRandom): Uint8Array {
  const noisy = new Uint8ClampedArray(pixels.length);
  for (let index = 0; index < pixels.length; index += 1) {
    noisy[index] = pixels[index]! + 255 * deviation * random.normal();
  }
  return new Uint8Array(noisy.buffer);
}
