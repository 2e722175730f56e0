import { shortId } from '../../core/ids.ts';
import type { DatasetVersion } from '../../datasets/dataset-version.ts';
import type { PrepSettings, TensorCacheSummary } from '../../datasets/tensor-cache.ts';
import { task } from '../flow-api.ts';

/** What `decodeImages` takes. */
export type DecodeImagesInput = {
  readonly version: DatasetVersion;
  readonly settings: PrepSettings;
  readonly workers: number;
};

/** Decodes, resizes and splits the images into a tensor cache, or finds the one that is there; lists broken images. */
export const decodeImages = task(
  { name: 'decode-images' },
  async ({ version, settings, workers }: DecodeImagesInput, context): Promise<TensorCacheSummary> => {
    const { prepareTensorCache } = await import('../../datasets/cache/prepare-tensor-cache.ts');
    const { signal, progress, log, services, children } = context;
    const { dataDir } = services.project;
    const cache = await prepareTensorCache({
      ...{ dataDir, version, settings, workers, signal, progress, log },
      onChild: (child) => children.register(child, 'image decoder'),
    });
    if (cache.broken.length > 0) {
      log.warn(
        `${cache.broken.length} of ${version.samples} images are broken and left out; see the artifact broken-images`,
      );
      await context.artifacts.table('broken-images', cache.broken);
    }
    const { images, examples } = cache.mislabelled;
    if (images > 0) {
      log.warn(`${images} images are not of the format that their names end as; see the artifact mislabelled-images`);
      await context.artifacts.table('mislabelled-images', examples);
    }
    log.info(`Tensor cache ${shortId(cache.id)} in ${cache.path}`);
    return cache;
  },
);
