import * as z from 'zod';
import type { AugmentationPlan } from './augment-batch.ts';
import { augmentationSchema } from './augmentation.ts';

const count = z.int().min(1);

/** What the worker is started with. */
export const augmentationPlan: z.ZodType<AugmentationPlan> = z.object({
  augmentation: augmentationSchema,
  image: z.object({ height: count, width: count, channels: count }),
  seed: z.int(),
});

const pixels = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** A batch to vary; its buffer is handed over and comes back. Batches are answered in order. */
export const augmentRequest = z.object({
  epoch: z.int(),
  indices: z.custom<Uint32Array>((value) => value instanceof Uint32Array),
  pixels,
});
export const augmentReply = z.object({ pixels });

export type AugmentRequest = z.output<typeof augmentRequest>;
export type AugmentReply = z.output<typeof augmentReply>;
