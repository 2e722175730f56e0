import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetVersion } from '../dataset-version.ts';
import type { DatasetMetadata } from '../source.ts';
import { describeVersion } from './describe-version.ts';
import { MANIFEST_NAME, readManifest } from './manifest.ts';
import { readProvenance, type Provenance } from './provenance.ts';
import { FILES_FOLDER, VERSIONS_FOLDER } from './version-paths.ts';

/** Whether the newest version of a source is here already. */
export type DatasetStatus =
  | { readonly kind: 'current'; readonly version: DatasetVersion; readonly reason: string }
  | { readonly kind: 'outdated'; readonly version: DatasetVersion; readonly reason: string }
  | { readonly kind: 'missing'; readonly reason: string };

/**
 * Whether this machine has, complete, what the source offers. What is on the disk decides: a version that a registry
 * remembers but whose manifest is gone is missing.
 */
export async function checkStatus(options: {
  readonly dataDir: string;
  readonly metadata: DatasetMetadata;
}): Promise<DatasetStatus> {
  const { dataDir, metadata } = options;
  const { source, upstreamVersion } = metadata;
  const current = await findLocalVersion({ dataDir, source, upstreamVersion });
  if (current !== undefined) return { kind: 'current', version: current, reason: 'the source has not changed' };
  const older = await findLocalVersion({ dataDir, source });
  if (older !== undefined) return { kind: 'outdated', version: older, reason: 'the source has changed' };
  return { kind: 'missing', reason: 'there is no complete local version' };
}

/**
 * The complete version on this machine that came from a source: the one of `upstreamVersion`, else the one collected
 * last. Reads only the data folder, so that it also works when the source cannot be reached.
 */
export async function findLocalVersion(options: {
  readonly dataDir: string;
  readonly source: string;
  readonly upstreamVersion?: string;
}): Promise<DatasetVersion | undefined> {
  const { dataDir, source, upstreamVersion } = options;
  const candidates: { folder: string; provenance: Provenance; origin: Provenance['origins'][number]; at: number }[] =
    [];
  for (const folder of await listVersionFolders(dataDir)) {
    const provenance = await readProvenance(folder);
    const origin = provenance?.origins.findLast(
      (known) => known.source === source && (upstreamVersion ?? known.upstreamVersion) === known.upstreamVersion,
    );
    const status = await stat(path.join(folder, MANIFEST_NAME)).catch(() => undefined);
    if (provenance === undefined || origin === undefined || status === undefined) continue;
    const { mtimeMs } = await stat(path.join(folder, 'provenance.json'));
    candidates.push({ folder, provenance, origin, at: mtimeMs });
  }
  const best = candidates.sort((left, right) => right.at - left.at)[0];
  const found = best === undefined ? undefined : await readManifest(best.folder);
  if (best === undefined || found === undefined) return undefined;
  const { provenance, origin } = best;
  const metadata = { ...provenance, source, upstreamVersion: origin.upstreamVersion };
  return describeVersion(found.manifest, metadata, origin.annotationProblems);
}

/** Where the files of the complete versions that came from sources of a scheme lie, those collected last first. */
export async function listFilesOfScheme(dataDir: string, scheme: string): Promise<string[]> {
  const found: { folder: string; at: number }[] = [];
  for (const folder of await listVersionFolders(dataDir)) {
    const origins = (await readProvenance(folder))?.origins ?? [];
    const status = await stat(path.join(folder, MANIFEST_NAME)).catch(() => undefined);
    if (status === undefined || !origins.some(({ source }) => source.startsWith(`${scheme}:`))) continue;
    found.push({ folder: path.join(folder, FILES_FOLDER), at: status.mtimeMs });
  }
  return found.sort((left, right) => right.at - left.at).map(({ folder }) => folder);
}

/** The folders of the dataset versions on this machine, complete or not. */
export async function listVersionFolders(dataDir: string): Promise<string[]> {
  const root = path.join(dataDir, VERSIONS_FOLDER);
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).map((name) => path.join(root, name));
}
