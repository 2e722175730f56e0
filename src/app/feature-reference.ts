import { join } from 'node:path';
import { z } from 'zod';
import type { FeatureCacheId } from '../core/ids.ts';
import { augmentationSchema } from '../training/augment/augmentation.ts';
import { featureCachePath } from '../training/backbones/features/feature-index.ts';
import type { AppServices } from './services.ts';
import type { TrainingJob } from './training-job-schema.ts';

/** Varied copies of the training images, whose features are computed too. */
const copiesSchema = z.object({ number: z.int().min(1), seed: z.int(), augmentation: augmentationSchema });

/** How many varied copies of each training image there are, and how they are varied. */
export type VariedCopies = Readonly<z.infer<typeof copiesSchema>>;

/** How tasks hand features to each other. */
export const featureReferenceSchema = z.object({
  /** As it was asked for: a name, or the path of a YAML. */
  backbone: z.string(),
  name: z.string(),
  sha256: z.string(),
  /** Numbers an image. */
  features: z.int().min(1),
  /** Ids of the caches: of the images as they are, then of their varied copies. */
  caches: z.array(z.string()).min(1),
  copies: copiesSchema.exactOptional(),
});

export type FeatureReference = Readonly<z.infer<typeof featureReferenceSchema>>;

/** The features as a training in another process is told of them. */
export function featuresOfJob(
  { project }: Pick<AppServices, 'project'>,
  { name, sha256, caches }: FeatureReference,
): NonNullable<TrainingJob['features']> {
  const folders = caches.map((id) => join(project.dataDir, featureCachePath(id as FeatureCacheId)));
  return { backbone: name, sha256, folders };
}
