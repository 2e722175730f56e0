import { loadSharp } from '../../src/core/load-sharp.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import type { Pixels } from '../../src/datasets/decode/pixels.ts';

/** Colour pixels with light and shade as a photo has: equal seeds give the same picture at every size. */
export function photoPixels(seed: number | string, width: number, height = width): Pixels {
  const random = seededRandom('photo', seed);
  const sums = new Float64Array(width * height * 3).fill(128);
  for (let wave = 0; wave < WAVES; wave += 1) {
    const across = turns(random.uniform(-9, 9), random.uniform(0, 7), width);
    const down = turns(random.uniform(-9, 9), 0, height);
    const weights = [random.uniform(4, 20), random.uniform(4, 20), random.uniform(4, 20)] as const;
    for (let at = 0; at < sums.length; at += 1) {
      const [x, y] = [((at / 3) | 0) % width, (at / (3 * width)) | 0];
      // The cosine of the sum of two angles.
      sums[at]! += weights[(at % 3) as 0 | 1 | 2] * (across.cos[x]! * down.cos[y]! - across.sin[x]! * down.sin[y]!);
    }
  }
  return { data: Uint8Array.from(Uint8ClampedArray.from(sums)), width, height, channels: 3 };
}

const WAVES = 16;

function turns(frequency: number, phase: number, count: number): { cos: Float64Array; sin: Float64Array } {
  const angles = Float64Array.from({ length: count }, (_, at) => (Math.PI * frequency * (at + 0.5)) / count + phase);
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
}

/** The same as a JPEG file. */
export async function photoJpeg(seed: number | string, size: number, quality = 90): Promise<Buffer> {
  const { data, width, height, channels } = photoPixels(seed, size);
  return loadSharp()(data, { raw: { width, height, channels } }).jpeg({ quality }).toBuffer();
}
