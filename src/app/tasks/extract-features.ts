import type { TaskContext } from '../../engine/run-contexts.ts';
import type { Augmentation } from '../../training/augment/augmentation.ts';
import { task } from '../flow-api.ts';
import type { FeatureReference } from '../feature-reference.ts';
import type { AppServices } from '../services.ts';
import type { CacheReference } from '../tensor-caches.ts';

/** What `extractFeatures` takes. */
export type ExtractFeaturesInput = {
  readonly cache: CacheReference;
  /** A name, or the path of a YAML. */
  readonly backbone: string;
  /** How many varied copies of each training image to compute the features of too; 0: none. */
  readonly augmentedCopies: number;
  readonly augmentation: Augmentation;
  /** Decides how the copies are varied. */
  readonly seed: number;
  readonly threads: number;
};

/** Computes the features of all images with a backbone, once: trials and epochs then cost only their head. */
export const extractFeatures = task(
  { name: 'extract-features', runName: ({ backbone }: ExtractFeaturesInput) => `extract-features ${backbone}` },
  async (input: ExtractFeaturesInput, context: TaskContext<AppServices>): Promise<FeatureReference> => {
    const { services, signal, log, progress } = context;
    const { cache, backbone, threads, augmentedCopies, augmentation, seed } = input;
    const { prepareFeatures } = await import('../prepare-features.ts');
    const { reference } = await prepareFeatures(
      services,
      {
        cache,
        backbone,
        threads,
        copies: augmentedCopies === 0 ? undefined : { number: augmentedCopies, seed, augmentation },
      },
      { signal, log, progress },
    );
    log.info(
      `${reference.features} features an image by ${reference.name} (SHA-256 ${reference.sha256.slice(0, 12)}…)`,
    );
    return reference;
  },
);
