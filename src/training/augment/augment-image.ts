import type { SeededRandom } from '../../core/seeded-random.ts';
import type { ImageShape } from '../image-shape.ts';
import type { Augmentation } from './augmentation.ts';
import { flip } from './flip.ts';
import { addGaussianNoise } from './gaussian-noise.ts';
import { rotate } from './rotate.ts';
import { shift } from './shift.ts';

/** One uint8 image `[height, width, channels]` varied as told, uint8 again: flipped, turned, moved, brightened, made noisy. */
export function augmentImage(
  pixels: Uint8Array,
  shape: ImageShape,
  augmentation: Augmentation,
  random: SeededRandom,
): Uint8Array {
  const { flip: flips, rotation, shift: share, brightness, noise } = { ...UNCHANGED, ...augmentation };
  let image = pixels;
  if (flips && random.next() < 0.5) image = flip(image, shape);
  if (rotation > 0) image = rotate(image, shape, random.uniform(-rotation, rotation));
  if (share > 0) {
    const upTo = (size: number): number => Math.round(random.uniform(-share, share) * size);
    image = shift(image, shape, { down: upTo(shape.height), right: upTo(shape.width) });
  }
  if (brightness > 0) image = brighten(image, random.uniform(-brightness, brightness));
  return noise > 0 ? addGaussianNoise(image, random.uniform(0, noise), random) : image;
}

const UNCHANGED = { flip: false, rotation: 0, shift: 0, brightness: 0, noise: 0 };

function brighten(pixels: Uint8Array, share: number): Uint8Array {
  const added = Math.round(255 * share);
  return new Uint8Array(Uint8ClampedArray.from(pixels, (value) => value + added).buffer);
}
