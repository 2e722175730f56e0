import { stat } from 'node:fs/promises';
import path from 'node:path';
import { INDEX_NAME } from '../../datasets/cache/cache-index.ts';
import { isUntouched, listUnusedObjects, removeUntouchedObject } from '../../datasets/version/unused-objects.ts';
import { keepUnnamed } from '../../registry/delete-flow-run.ts';
import { lastTouched, removeWhole } from '../../storage/remove-whole.ts';
import { reclaim } from '../prune-runs.ts';
import type { AppServices } from '../services.ts';
import { mentionsOf, removeUnneeded, sweepDeleted } from '../sweep-deleted.ts';
import { untouchedSince } from '../untouched-since.ts';
import { findUnfinishedBackbones, findUnusedFeatureCaches } from './find-feature-caches.ts';
import { findLeftovers } from './find-leftovers.ts';
import { findUnusedTensorCaches } from './find-tensor-caches.ts';
import type { Garbage } from './garbage.ts';

/** What a collection gave back. */
export type Collected = {
  readonly items: number;
  readonly bytes: number;
  /** By how much the registry's files have shrunk. */
  readonly registryBytes: number;
};

/**
 * What on the disk nobody needs. Nothing that was touched in the last `minAgeMs`, or since the oldest flow run that is
 * open began, is among it: collecting is safe while flows run.
 */
export async function findGarbage(services: AppServices, minAgeMs: number): Promise<Garbage[]> {
  const since = await untouchedSince(services, minAgeMs);
  return [
    ...(await findStoredFiles(services, since)),
    ...(await findObjects(services, since)),
    ...(await findUnusedTensorCaches(services, since)),
    ...(await findUnusedFeatureCaches(services, since)),
    ...(await findUnfinishedBackbones(services, since)),
    ...(await findLeftovers(services, since)),
  ];
}

/**
 * Removes what was found, each thing unless it was touched since, and what interrupted deletions left in the registry. Two
 * collections at once, or one that is killed, harm nothing.
 */
export async function collectGarbage(
  services: AppServices,
  garbage: readonly Garbage[],
  minAgeMs: number,
): Promise<Collected> {
  const since = await untouchedSince(services, minAgeMs);
  const swept = await sweepDeleted(services);
  const stored = garbage.filter(({ kind }) => kind === 'stored file').map((each) => path.basename(each.path));
  const { files, fileBytes } = await removeUnneeded(services, stored, since);
  let items = files + swept.files;
  let bytes = fileBytes + swept.fileBytes;
  for (const each of garbage) {
    if (each.kind === 'stored file') continue;
    const freed = each.kind === 'object' ? removeUntouchedObject(each.path, since) : await removeFolder(each, since);
    items += freed === undefined ? 0 : 1;
    bytes += freed ?? 0;
  }
  return { items, bytes, registryBytes: await reclaim(services) };
}

/** Looked at once more: a flow run may have begun to use it since it was found. */
async function removeFolder({ kind, path: folder }: Garbage, since: number): Promise<number | undefined> {
  const index = kind.endsWith('cache') ? await lastTouched(path.join(folder, INDEX_NAME)) : undefined;
  const touchedAt = Math.max((await lastTouched(folder)) ?? since, index ?? 0);
  return touchedAt >= since && kind !== 'model folder' ? undefined : removeWhole(folder);
}

async function findStoredFiles(services: AppServices, since: number): Promise<Garbage[]> {
  const { storage, registry } = services;
  const old: Garbage[] = [];
  for (const hash of await keepUnnamed(registry.db, await storage.list())) {
    const file = storage.pathOf(hash);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || found.mtimeMs >= since) continue;
    old.push({ kind: 'stored file', path: file, bytes: found.size, why: 'nothing recorded names it' });
  }
  const mentions = await mentionsOf(services, new Set(old.map((each) => path.basename(each.path))));
  const mentioned = new Set(mentions.map(({ hash }) => hash));
  return old.filter((each) => !mentioned.has(path.basename(each.path)));
}

async function findObjects({ project }: AppServices, since: number): Promise<Garbage[]> {
  const unused = await listUnusedObjects(project.dataDir);
  const old = unused.filter((object) => isUntouched(object, since));
  return Promise.all(
    old.map(async (object) => {
      const { size, nlink } = await stat(object);
      return { kind: 'object' as const, path: object, bytes: nlink > 1 ? 0 : size, why: 'no dataset version has it' };
    }),
  );
}
