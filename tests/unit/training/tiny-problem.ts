import type { Samples } from '../../../src/core/samples.ts';
import { seededRandom } from '../../../src/core/seeded-random.ts';

/** Noisy 8×8 grey images with a bright bar: upright (class 0), lying (class 1) or diagonal (class 2). */
export function barImages(count: number, seed = 1): Samples {
  const random = seededRandom(seed, 'bars');
  const images = Uint8Array.from({ length: count * 64 }, () => random.integer(80));
  const labels = Int32Array.from({ length: count }, (_, index) => index % 3);
  labels.forEach((label, index) => {
    const place = random.integer(8);
    for (let step = 0; step < 8; step += 1) {
      const pixel = [step * 8 + place, place * 8 + step, step * 8 + ((step + place) % 8)][label]!;
      images[index * 64 + pixel] = 180 + random.integer(70);
    }
  });
  return { inputs: images, shape: [8, 8, 1], labels, count };
}

export const BAR_IMAGE = { height: 8, width: 8, channels: 1 };
export const BAR_CLASSES = 3;
