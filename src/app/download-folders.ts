import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { SECOND_MS, type Clock } from '../core/clock.ts';
import { hashJson } from '../core/json.ts';
import type { DatasetMetadata } from '../datasets/source.ts';
import type { AppServices } from './services.ts';

/** Below the data folder: a folder a download task, removed with it. */
export function downloadsDirOf({ project }: Pick<AppServices, 'project'>): string {
  return join(project.dataDir, 'downloads');
}

/** Below the data folder: what has come of archives, by source and upstream version, whoever has begun them. */
export function keptDownloadsDirOf({ project }: Pick<AppServices, 'project'>): string {
  return join(project.dataDir, 'kept-downloads');
}

/** The folder for what has come of one upstream version so far. */
export function keptDownloadOf(services: Pick<AppServices, 'project'>, metadata: DatasetMetadata): string {
  const key = hashJson([metadata.source, metadata.upstreamVersion]).slice(0, 12);
  return join(keptDownloadsDirOf(services), `${metadata.name}-${key}`);
}

/** Tells who cleans up that somebody goes on with what has come; nothing when nothing has. */
export async function touchKeptDownload(folder: string, clock: Clock): Promise<void> {
  const now = clock.now() / SECOND_MS;
  await utimes(folder, now, now).catch(() => undefined);
}

/** Held by who downloads or removes that upstream version. */
export function lockOfDownload(services: Pick<AppServices, 'project'>, metadata: DatasetMetadata): string {
  return `${keptDownloadOf(services, metadata)}.lock`;
}
