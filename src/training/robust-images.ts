import { seededRandom } from '../core/seeded-random.ts';
import { addGaussianNoise } from './augment/gaussian-noise.ts';
import { rotate } from './augment/rotate.ts';
import { bytesPerImage, type ImageShape } from './image-shape.ts';

/** How images are disturbed for robust scores: turned by up to so many degrees either way, then noise of this deviation (1 is the whole range). */
export const DISTURBANCE = { degrees: 15, noise: 0.15 } as const;

/**
 * uint8 images `[count, height, width, channels]` disturbed, as new ones. Angle and noise are drawn from the sample id alone,
 * so every model is asked about the same disturbed images.
 */
export function disturbImages(images: Uint8Array, shape: ImageShape, sampleIds: readonly string[]): Uint8Array {
  const size = bytesPerImage(shape);
  const disturbed = new Uint8Array(images.length);
  for (const [index, sampleId] of sampleIds.entries()) {
    const random = seededRandom('robust', sampleId);
    const degrees = random.uniform(-DISTURBANCE.degrees, DISTURBANCE.degrees);
    const turned = rotate(images.subarray(index * size, (index + 1) * size), shape, degrees);
    disturbed.set(addGaussianNoise(turned, DISTURBANCE.noise, random), index * size);
  }
  return disturbed;
}
