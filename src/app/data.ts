import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AnnotationProblem } from '../datasets/boxes/annotation-problems.ts';
import { MANIFEST_NAME, readManifest, type Manifest } from '../datasets/version/manifest.ts';
import { readProvenance } from '../datasets/version/provenance.ts';
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
  /** Of a detection dataset; null of others. */
  readonly boxes: number | null;
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
  /** Of a detection dataset on this machine: boxes of each class, and what was wrong with its annotations; null of others. */
  readonly boxClasses: readonly { readonly class: string; readonly boxes: number; readonly images: number }[] | null;
  readonly annotationProblems: readonly AnnotationProblem[] | null;
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
  const folder = join(project.dataDir, row.path);
  return {
    ...listing(row, project.dataDir),
    ...{ classNames, layout, licence, upstreamVersion, flowRunId },
    path: folder,
    ...(row.layout === 'detection' ? await showBoxes(folder, row) : { boxClasses: null, annotationProblems: null }),
    tensorCaches: caches
      .filter((cache) => cache.datasetVersionId === row.id)
      .map(({ id, path, image, splits }) => ({ id, path: join(project.dataDir, path), image, splits })),
  };
}

async function showBoxes(
  folder: string,
  { source, classNames }: DatasetVersionRow,
): Promise<Pick<DatasetDetails, 'boxClasses' | 'annotationProblems'>> {
  const found = await readManifest(folder);
  if (found === undefined) return { boxClasses: null, annotationProblems: null };
  const origins = (await readProvenance(folder))?.origins ?? [];
  const origin = origins.findLast((known) => known.source === source);
  return {
    boxClasses: countBoxClasses(found.manifest, classNames),
    annotationProblems: origin?.annotationProblems ?? [],
  };
}

function countBoxClasses({ files }: Manifest, classNames: readonly string[]): DatasetDetails['boxClasses'] {
  const counts = classNames.map((name) => ({ class: name, boxes: 0, images: 0 }));
  for (const { boxes = [] } of files) {
    for (const { label } of boxes) counts[label]!.boxes += 1;
    for (const label of new Set(boxes.map((box) => box.label))) counts[label]!.images += 1;
  }
  return counts;
}

function listing(row: DatasetVersionRow, dataDir: string): DatasetListing {
  const { id, name, source, synthetic, classNames, samples, files, bytes, createdAt, path, provenance } = row;
  return {
    ...{ id, name, source, synthetic, samples, files, bytes },
    boxes: typeof provenance.boxes === 'number' ? provenance.boxes : null,
    classes: classNames.length,
    createdAt: isoTime(createdAt),
    present: existsSync(join(dataDir, path, MANIFEST_NAME)),
  };
}
