import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DAY_MS } from '../../core/clock.ts';
import { shortId } from '../../core/ids.ts';
import type { TensorCacheId } from '../../core/ids.ts';
import { CACHES_FOLDER, INDEX_NAME, readCacheIndex } from '../../datasets/cache/cache-index.ts';
import { MANIFEST_NAME } from '../../datasets/version/manifest.ts';
import { versionPath } from '../../datasets/version/version-paths.ts';
import type { DatasetVersionId } from '../../core/ids.ts';
import { listTensorCacheUses } from '../../registry/tensor-cache-uses.ts';
import type { TensorCacheUse } from '../../registry/tensor-cache-uses.ts';
import { lastTouched, reclaimableBytes } from '../../storage/remove-whole.ts';
import type { AppServices } from '../services.ts';
import type { Garbage } from './garbage.ts';

/**
 * Tensor caches that nobody needs: half-written ones that nobody goes on with, those whose dataset version is gone, and
 * those that nothing has used for 30 days. `prep` makes a cache anew, so none is kept for its own sake; one that a model
 * version was trained on is.
 */
export async function findUnusedTensorCaches(services: AppServices, since: number): Promise<Garbage[]> {
  const { registry, project, clock } = services;
  const root = path.join(project.dataDir, CACHES_FOLDER);
  const uses = await listTensorCacheUses(registry.db);
  const found: Garbage[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const folder = path.join(root, name);
    if (name.startsWith('.') || ((await lastTouched(folder)) ?? since) >= since) continue;
    const why = await whyUnused(folder, { uses, since, dataDir: project.dataDir, now: clock.now() });
    if (why !== undefined)
      found.push({ kind: 'tensor cache', path: folder, bytes: await reclaimableBytes(folder), why });
  }
  return found;
}

type Circumstances = {
  readonly uses: ReadonlyMap<TensorCacheId, TensorCacheUse>;
  readonly since: number;
  readonly dataDir: string;
  readonly now: number;
};

async function whyUnused(folder: string, around: Circumstances): Promise<string | undefined> {
  const { uses, since, dataDir, now } = around;
  const index = await readCacheIndex(folder).catch(() => undefined);
  if (index === undefined) return 'it was never finished';
  const touchedAt = (await lastTouched(path.join(folder, INDEX_NAME))) ?? since;
  const use = uses.get(index.id as TensorCacheId);
  if (touchedAt >= since || (use !== undefined && use.model !== null)) return undefined;
  const dataset = path.join(dataDir, versionPath(index.datasetVersionId as DatasetVersionId), MANIFEST_NAME);
  if (!existsSync(dataset)) return `its dataset version ${shortId(index.datasetVersionId)} is gone`;
  const days = Math.floor((now - Math.max(touchedAt, use?.lastUsedAt ?? 0)) / DAY_MS);
  return days < UNUSED_DAYS ? undefined : `nothing has used it for ${days} days`;
}

const UNUSED_DAYS = 30;
