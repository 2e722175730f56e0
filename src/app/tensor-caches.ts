import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NotFoundError, UsageError } from '../core/errors.ts';
import { CACHES_FOLDER, INDEX_NAME, readCacheIndex, summarise } from '../datasets/cache/cache-index.ts';
import type { TensorCacheSummary } from '../datasets/tensor-cache.ts';

/** How tasks hand a tensor cache to each other: its summary without the list of broken images. */
export type CacheReference = Omit<TensorCacheSummary, 'broken' | 'mislabelled'>;

/**
 * The complete tensor cache a person means: an id or its beginning, or `latest`, the one written last.
 * @throws NotFoundError; UsageError naming the candidates when several fit.
 */
export async function findCache(dataDir: string, wanted: string): Promise<CacheReference> {
  const caches = await listCaches(dataDir);
  const found = wanted === 'latest' ? caches.slice(0, 1) : caches.filter(({ id }) => id.startsWith(wanted));
  const [first, ...others] = found;
  if (first === undefined) {
    const hint = caches.length === 0 ? 'There is none yet' : `There is: ${caches.map(({ id }) => id).join(', ')}`;
    throw new NotFoundError(`There is no complete tensor cache ${wanted}. ${hint}; \`mlflow-ts run prep\` writes one.`);
  }
  if (others.length === 0) return first;
  throw new UsageError(
    `${wanted} fits ${found.length} tensor caches: ${found.map(({ id }) => id).join(', ')}. Give more of the id.`,
  );
}

/** The complete tensor caches in the data folder, the one written last first. */
export async function listCaches(dataDir: string): Promise<CacheReference[]> {
  const root = join(dataDir, CACHES_FOLDER);
  const names = await readdir(root).catch(() => []);
  const found: { cache: CacheReference; at: number }[] = [];
  for (const name of names) {
    const index = await readCacheIndex(join(root, name));
    if (index === undefined) continue;
    const { id, path, datasetVersionId, image, classNames, splits } = summarise(index);
    const cache = { id, path, datasetVersionId, image, classNames, splits };
    found.push({ cache, at: (await stat(join(root, name, INDEX_NAME))).mtimeMs });
  }
  return found.sort((left, right) => right.at - left.at).map(({ cache }) => cache);
}
