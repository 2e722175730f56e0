import { join } from 'node:path';
import { z } from 'zod';
import type { FeatureCacheId } from '../core/ids.ts';
import { augmentationSchema, type Augmentation } from '../training/augment/augmentation.ts';
import { featureCachePath } from '../training/backbones/features/feature-index.ts';
import type { AppServices } from './services.ts';
import type { TrainingJob } from './training-job-schema.ts';

/** How many varied copies of each training image there are, whose features are computed too, and how they are varied. */
export type VariedCopies = { readonly number: number; readonly seed: number; readonly augmentation: Augmentation };

/** How tasks hand features to each other. */
export type FeatureReference = {
  /** As it was asked for: a name, or the path of a YAML. */
  readonly backbone: string;
  readonly name: string;
  readonly sha256: string;
  /** Numbers an image. */
  readonly features: number;
  /** Ids of the caches: of the images as they are, then of their varied copies. */
  readonly caches: readonly string[];
  readonly copies?: VariedCopies;
};

export const featureReferenceSchema = z.object({
  backbone: z.string(),
  name: z.string(),
  sha256: z.string(),
  features: z.int().min(1),
  caches: z.array(z.string()).min(1),
  copies: z.object({ number: z.int().min(1), seed: z.int(), augmentation: augmentationSchema }).exactOptional(),
}) satisfies z.ZodType<FeatureReference>;

/** The features as a training in another process is told of them. */
export function featuresOfJob(
  { project }: Pick<AppServices, 'project'>,
  { name, sha256, caches }: FeatureReference,
): NonNullable<TrainingJob['features']> {
  const folders = caches.map((id) => join(project.dataDir, featureCachePath(id as FeatureCacheId)));
  return { backbone: name, sha256, folders };
}
