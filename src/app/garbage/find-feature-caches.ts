import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DAY_MS } from '../../core/clock.ts';
import {
  FEATURE_INDEX_NAME,
  FEATURES_FOLDER,
  readFeatureIndex,
} from '../../training/backbones/features/feature-index.ts';
import { lastTouched, reclaimableBytes } from '../../storage/remove-whole.ts';
import { BACKBONES_FOLDER } from '../backbones.ts';
import type { AppServices } from '../services.ts';
import { listCaches } from '../tensor-caches.ts';
import type { Garbage } from './garbage.ts';

/**
 * Feature caches that nobody needs: half-written ones that nobody goes on with, those whose tensor cache is gone, and those
 * that nothing has used for 30 days. Whoever needs one computes it anew, so a model keeps none.
 */
export async function findUnusedFeatureCaches({ project, clock }: AppServices, since: number): Promise<Garbage[]> {
  const root = path.join(project.dataDir, FEATURES_FOLDER);
  const tensorCaches = new Set<string>((await listCaches(project.dataDir)).map(({ id }) => id));
  const found: Garbage[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const folder = path.join(root, name);
    if (name.startsWith('.') || ((await lastTouched(folder)) ?? since) >= since) continue;
    const index = await readFeatureIndex(folder).catch(() => undefined);
    const touchedAt = (await lastTouched(path.join(folder, FEATURE_INDEX_NAME))) ?? 0;
    if (touchedAt >= since) continue;
    const days = Math.floor((clock.now() - touchedAt) / DAY_MS);
    const why = whyUnused(index !== undefined, tensorCaches.has(index?.tensorCacheId ?? ''), days);
    if (why === undefined) continue;
    found.push({ kind: 'feature cache', path: folder, bytes: await reclaimableBytes(folder), why });
  }
  return found;
}

function whyUnused(isComplete: boolean, hasImages: boolean, days: number): string | undefined {
  if (!isComplete) return 'it was never finished';
  if (!hasImages) return 'its tensor cache is gone';
  return days < UNUSED_DAYS ? undefined : `nothing has used it for ${days} days`;
}

const UNUSED_DAYS = 30;

/** What downloads of backbones left that nobody has gone on with for a week. */
export async function findUnfinishedBackbones({ project, clock }: AppServices, since: number): Promise<Garbage[]> {
  const root = path.join(project.dataDir, BACKBONES_FOLDER);
  const old = Math.min(since, clock.now() - RESUME_DAYS * DAY_MS);
  const found: Garbage[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const file = path.join(root, name);
    if (!/\.part(\.json)?$/.test(name) || ((await lastTouched(file)) ?? old) >= old) continue;
    found.push({
      kind: 'download',
      path: file,
      bytes: await reclaimableBytes(file),
      why: 'nobody has gone on with it',
    });
  }
  return found;
}

const RESUME_DAYS = 7;
