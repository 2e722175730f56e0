import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetVersionId } from '../core/ids.ts';
import { FEATURES_FOLDER, readFeatureIndex } from '../training/backbones/features/feature-index.ts';

/** The folders of the complete feature caches of a dataset version, absolute. */
export async function listFeatureCaches(dataDir: string, datasetVersion: DatasetVersionId): Promise<string[]> {
  const root = join(dataDir, FEATURES_FOLDER);
  const folders: string[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const index = await readFeatureIndex(join(root, name)).catch(() => undefined);
    if (index?.datasetVersionId === datasetVersion) folders.push(join(root, name));
  }
  return folders;
}
