import { seededRandom } from '../../core/seeded-random.ts';
import { bytesPerImage, type ImageShape } from '../image-shape.ts';
import { augmentImage } from './augment-image.ts';
import type { Augmentation } from './augmentation.ts';

/** What is the same for all batches of a training. */
export type AugmentationPlan = {
  readonly augmentation: Augmentation;
  readonly image: ImageShape;
  readonly seed: number;
};

/** uint8 images `[count, height, width, channels]`, and which of the training images they are. */
export type AugmentedBatch = {
  readonly epoch: number;
  readonly indices: Uint32Array;
  readonly pixels: Uint8Array;
};

/**
 * Varies the images of a batch, in place. What happens to an image is decided by seed, epoch and which image it is: in
 * whatever batch, thread or attempt it is done.
 */
export function augmentBatch({ epoch, indices, pixels }: AugmentedBatch, plan: AugmentationPlan): void {
  const size = bytesPerImage(plan.image);
  indices.forEach((index, place) => {
    const image = pixels.subarray(place * size, (place + 1) * size);
    const random = seededRandom(plan.seed, 'augmentation', epoch, index);
    image.set(augmentImage(image, plan.image, plan.augmentation, random));
  });
}
