import * as z from 'zod';

/**
 * How images are varied while a model learns from them; every image of every epoch draws anew. What is not said is not
 * done.
 */
export type Augmentation = {
  /** Mirrors every second image, left for right. */
  readonly flip?: boolean;
  /** Moves by whole pixels up to this share of height and width, each way. */
  readonly shift?: number;
  /** Turns by up to so many degrees, each way. */
  readonly rotation?: number;
  /** Adds up to this share of the whole range to all values, or takes it away. */
  readonly brightness?: number;
  /** Adds normally distributed noise whose standard deviation is up to this share of the whole range. */
  readonly noise?: number;
};

export const augmentationSchema = z.object({
  flip: z.boolean().exactOptional(),
  shift: z.number().min(0).max(1).exactOptional(),
  rotation: z.number().min(0).max(180).exactOptional(),
  brightness: z.number().min(0).max(1).exactOptional(),
  noise: z.number().min(0).max(1).exactOptional(),
}) satisfies z.ZodType<Augmentation>;

/** Whether it changes any image. */
export function isAugmenting(augmentation: Augmentation | undefined): augmentation is Augmentation {
  return Object.values(augmentation ?? {}).some((value) => value === true || Number(value) > 0);
}
