import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST_NAME } from '../datasets/version/manifest.ts';
import { findDatasetVersion, listDatasetVersions, type DatasetVersionRow } from '../registry/dataset-versions.ts';
import type { AppServices } from './services.ts';
import { isoTime } from './iso-time.ts';
import { listCaches, type CacheReference } from './tensor-caches.ts';

/** A dataset version as `data ls` lists it. Times are ISO 8601, UTC. */
export type DatasetListing = {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** True when a program drew the images. */
  readonly synthetic: boolean;
  readonly classes: number;
  readonly samples: number;
  readonly files: number;
  readonly bytes: number;
  readonly createdAt: string;
  /** Whether its files are on this machine. */
  readonly present: boolean;
};

export type DatasetDetails = DatasetListing & {
  readonly classNames: readonly string[];
  readonly layout: string;
  readonly licence: string | null;
  readonly upstreamVersion: string;
  /** Absolute. */
  readonly path: string;
  readonly flowRunId: string | null;
  readonly tensorCaches: readonly Pick<CacheReference, 'id' | 'path' | 'image' | 'splits'>[];
};

/** Dataset versions, newest first. */
export async function listData(
  { registry, project }: AppServices,
  filter: { readonly name?: string; readonly limit?: number } = {},
): Promise<DatasetListing[]> {
  const rows = await listDatasetVersions(registry.db, filter);
  return rows.map((row) => listing(row, project.dataDir));
}

/**
 * One dataset version (an id or its beginning, a dataset's name, `latest`) with its classes and tensor caches.
 * @throws NotFoundError, UsageError.
 */
export async function showData({ registry, project }: AppServices, wanted: string): Promise<DatasetDetails> {
  const row = await findDatasetVersion(registry.db, wanted);
  const { classNames, layout, licence, upstreamVersion, flowRunId } = row;
  const caches = await listCaches(project.dataDir);
  return {
    ...listing(row, project.dataDir),
    ...{ classNames, layout, licence, upstreamVersion, flowRunId },
    path: join(project.dataDir, row.path),
    tensorCaches: caches
      .filter((cache) => cache.datasetVersionId === row.id)
      .map(({ id, path, image, splits }) => ({ id, path: join(project.dataDir, path), image, splits })),
  };
}

function listing(row: DatasetVersionRow, dataDir: string): DatasetListing {
  const { id, name, source, synthetic, classNames, samples, files, bytes, createdAt, path } = row;
  return {
    ...{ id, name, source, synthetic, samples, files, bytes },
    classes: classNames.length,
    createdAt: isoTime(createdAt),
    present: existsSync(join(dataDir, path, MANIFEST_NAME)),
  };
}
