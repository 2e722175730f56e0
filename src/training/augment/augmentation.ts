import * as z from 'zod';

/**
 * How images are varied while a model learns from them; every image of every epoch draws anew. What is not said is not
 * done.
 */
export const augmentationSchema = z.object({
  /** Mirrors every second image, left for right. */
  flip: z.boolean().exactOptional(),
  /** Moves by whole pixels up to this share of height and width, each way. */
  shift: z.number().min(0).max(1).exactOptional(),
  /** Turns by up to so many degrees, each way. */
  rotation: z.number().min(0).max(180).exactOptional(),
  /** Adds up to this share of the whole range to all values, or takes it away. */
  brightness: z.number().min(0).max(1).exactOptional(),
  /** Adds normally distributed noise whose standard deviation is up to this share of the whole range. */
  noise: z.number().min(0).max(1).exactOptional(),
});

export type Augmentation = Readonly<z.infer<typeof augmentationSchema>>;

/** Whether it changes any image. */
export function isAugmenting(augmentation: Augmentation | undefined): augmentation is Augmentation {
  return Object.values(augmentation ?? {}).some((value) => value === true || Number(value) > 0);
}
