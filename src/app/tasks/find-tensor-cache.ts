import { join } from 'node:path';
import type { CacheReference } from '../tensor-caches.ts';
import { task } from '../flow-api.ts';

/** Finds a tensor cache on this machine, by id, id prefix or `latest`. */
export const findTensorCache = task(
  { name: 'find-tensor-cache' },
  async (input: { readonly tensorCache: string }, { services, log }): Promise<CacheReference> => {
    const { markCacheUsed } = await import('../../datasets/cache/cache-index.ts');
    const { findCache } = await import('../tensor-caches.ts');
    const cache = await findCache(services.project.dataDir, input.tensorCache);
    await markCacheUsed(join(services.project.dataDir, cache.path));
    const { image, splits } = cache;
    log.info(
      `${image.height}×${image.width}×${image.channels} images: ${splits.train} to train on, ${splits.validation} to validate`,
    );
    return cache;
  },
);
