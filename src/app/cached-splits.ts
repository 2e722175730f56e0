import { join } from 'node:path';
import { planShards, samplePlaces } from '../datasets/cache/plan-shards.ts';
import { readCacheIndex } from '../datasets/cache/cache-index.ts';
import { readShardSummary, samplesOfRows } from '../datasets/cache/shard.ts';
import type { SplitName } from '../datasets/tensor-cache.ts';
import { readManifest } from '../datasets/version/manifest.ts';
import type { DatasetVersionRow } from '../registry/dataset-versions.ts';
import type { AppServices } from './services.ts';
import { listCaches } from './tensor-caches.ts';

/** The splits that prep made. */
export type CachedSplits = {
  readonly tensorCache: string;
  /** By the sample's path; broken images have none. */
  readonly splits: ReadonlyMap<string, SplitName>;
};

/** The splits of a dataset version's samples in its newest tensor cache; undefined when there is no tensor cache. */
export async function newestSplits(
  { project: { dataDir } }: AppServices,
  version: Pick<DatasetVersionRow, 'id' | 'path'>,
): Promise<CachedSplits | undefined> {
  const cache = (await listCaches(dataDir)).find(({ datasetVersionId }) => datasetVersionId === version.id);
  if (cache === undefined) return undefined;
  const folder = join(dataDir, cache.path);
  const index = await readCacheIndex(folder);
  const found = await readManifest(join(dataDir, version.path));
  if (index === undefined || found === undefined) return undefined;
  const splits = new Map<string, SplitName>();
  for (const job of planShards(found.manifest, index.image)) {
    const shard = await readShardSummary(folder, job.index, index.id);
    if (shard === undefined) return undefined;
    const samples = samplesOfRows(samplePlaces(job), shard);
    if (samples === undefined) return undefined;
    samples.forEach(({ path }, row) => splits.set(path, shard.splits[row]!));
  }
  return { tensorCache: cache.id, splits };
}
