import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DAY_MS } from '../../core/clock.ts';
import { isSuccessful, isTerminal } from '../../core/run-state.ts';
import { CACHES_FOLDER } from '../../datasets/cache/cache-index.ts';
import { OBJECTS_FOLDER, VERSIONS_FOLDER } from '../../datasets/version/version-paths.ts';
import { listModelVersions } from '../../registry/model-versions.ts';
import { findTaskRunOwners } from '../../registry/task-run-owners.ts';
import { FEATURES_FOLDER } from '../../training/backbones/features/feature-index.ts';
import { lastTouched, reclaimableBytes } from '../../storage/remove-whole.ts';
import { listTemporaryLeftovers } from '../../storage/temporary-leftovers.ts';
import { checkpointsDirOf } from '../checkpoints.ts';
import { downloadsDirOf, keptDownloadsDirOf } from '../download-folders.ts';
import { workDirOf } from '../services.ts';
import type { AppServices } from '../services.ts';
import type { Garbage, GarbageKind } from './garbage.ts';

/** What killed processes left behind and nobody goes on with. */
export async function findLeftovers(services: AppServices, since: number): Promise<Garbage[]> {
  return [
    ...(await findDownloads(services, since)),
    ...(await findKeptDownloads(services, since)),
    ...(await findWorkFolders(services, since)),
    ...(await findCheckpoints(services, since)),
    ...(await findTemporaries(services, since)),
    ...(await findDeletedModels(services)),
  ];
}

/** A retry of a run that failed goes on with what it has downloaded, for a week. */
async function findDownloads({ registry, project, clock }: AppServices, since: number): Promise<Garbage[]> {
  const root = downloadsDirOf({ project });
  const names = await readdir(root).catch(() => []);
  const owners = await findTaskRunOwners(registry.db, names);
  const unneeded = names.filter((name) => {
    const owner = owners.get(name);
    if (owner === undefined || isSuccessful(owner.state)) return true;
    return isTerminal(owner.state) && (owner.endedAt ?? 0) < clock.now() - RETRY_DAYS * DAY_MS;
  });
  return untouched('download', root, unneeded, since, 'its run has ended');
}

/** Whoever collects the dataset goes on with what has come of it, for a week. */
async function findKeptDownloads(services: AppServices, since: number): Promise<Garbage[]> {
  const root = keptDownloadsDirOf(services);
  const weekAgo = services.clock.now() - RETRY_DAYS * DAY_MS;
  const names = await readdir(root).catch(() => []);
  return untouched('download', root, names, Math.min(since, weekAgo), 'nobody went on with it');
}

async function findWorkFolders(services: AppServices, since: number): Promise<Garbage[]> {
  const root = workDirOf(services);
  return untouched('work folder', root, await readdir(root).catch(() => []), since, 'its task has ended');
}

/** A training that was stopped goes on from its checkpoint when it is done again, for a week. */
async function findCheckpoints(services: AppServices, since: number): Promise<Garbage[]> {
  const root = checkpointsDirOf(services);
  const names = (await readdir(root).catch(() => [])).filter((name) => !name.startsWith('.'));
  const weekAgo = services.clock.now() - RETRY_DAYS * DAY_MS;
  return untouched('checkpoint', root, names, Math.min(since, weekAgo), 'nobody went on with its training');
}

async function findTemporaries(services: AppServices, since: number): Promise<Garbage[]> {
  const { home, artifactsDir, dataDir, modelsDir } = services.project;
  const places: [folder: string, depth: number][] = [
    [home, 0],
    [checkpointsDirOf(services), 0],
    [artifactsDir, 1],
    [dataDir, 0],
    [path.join(dataDir, OBJECTS_FOLDER), 1],
    [path.join(dataDir, VERSIONS_FOLDER), 1],
    [path.join(dataDir, CACHES_FOLDER), 1],
    [path.join(dataDir, FEATURES_FOLDER), 1],
    [downloadsDirOf(services), 0],
    [keptDownloadsDirOf(services), 0],
    [modelsDir, 1],
  ];
  const found = await Promise.all(places.map(([folder, depth]) => listTemporaryLeftovers(folder, depth, since)));
  return describe('temporary file', [...new Set(found.flat())], 'its process did not finish it');
}

/** The row goes first when a version is deleted: a process that died then has left the files. */
async function findDeletedModels({ registry, project }: AppServices): Promise<Garbage[]> {
  const versions = await listModelVersions(registry.db, { withDeleted: true });
  const deleted = versions.filter((version) => version.deletedAt !== null);
  const folders = deleted.map((version) => path.join(project.modelsDir, version.path));
  const present: string[] = [];
  for (const folder of folders) if ((await lastTouched(folder)) !== undefined) present.push(folder);
  return describe('model folder', present, 'its version was deleted');
}

async function untouched(
  kind: GarbageKind,
  root: string,
  names: readonly string[],
  since: number,
  why: string,
): Promise<Garbage[]> {
  const old: string[] = [];
  for (const name of names) {
    const folder = path.join(root, name);
    if (((await lastTouched(folder)) ?? since) < since) old.push(folder);
  }
  return describe(kind, old, why);
}

async function describe(kind: GarbageKind, paths: readonly string[], why: string): Promise<Garbage[]> {
  return Promise.all(paths.map(async (each) => ({ kind, path: each, bytes: await reclaimableBytes(each), why })));
}

const RETRY_DAYS = 7;
