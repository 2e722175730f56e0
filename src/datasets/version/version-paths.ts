import path from 'node:path';
import type { DatasetVersionId } from '../../core/ids.ts';
import { shortId } from '../../core/ids.ts';

/** Where versions and objects lie, relative to the data folder. */
export const VERSIONS_FOLDER = 'versions';
export const OBJECTS_FOLDER = 'objects';

/** The folder of a version, relative to the data folder. */
export function versionPath(id: DatasetVersionId): string {
  return path.posix.join(VERSIONS_FOLDER, shortId(id));
}

/** Where a version's files lie, below its folder. */
export const FILES_FOLDER = 'files';
