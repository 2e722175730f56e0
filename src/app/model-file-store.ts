import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Artifacts } from '../engine/run-contexts.ts';
import type { ArtifactStore } from '../storage/artifact-store.ts';

/** A file of a trained model that is not a version yet: where it belongs in the model's folder, and its content. */
export type StoredModelFile = { readonly path: string; readonly hash: string };

/** Puts every file of a folder into the store and keeps it there as an artifact of the run, under `model/…`. */
export async function storeModelFiles(
  { storage, artifacts }: { readonly storage: ArtifactStore; readonly artifacts: Artifacts },
  folder: string,
): Promise<StoredModelFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const stored: StoredModelFile[] = [];
  for (const file of files.toSorted()) {
    const path = relative(folder, file).split(sep).join('/');
    const { hash } = await storage.putFile(file);
    await artifacts.file(`model/${path}`, file);
    stored.push({ path, hash });
  }
  return stored;
}

/** Lays the files out in a temporary folder below `workDir` for as long as `body` runs. */
export async function withModelFolder<Result>(
  { storage, workDir }: { readonly storage: ArtifactStore; readonly workDir: string },
  files: readonly StoredModelFile[],
  body: (folder: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(workDir, { recursive: true });
  const folder = await mkdtemp(join(workDir, 'model-'));
  try {
    for (const { path, hash } of files) {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(storage.pathOf(hash), target);
    }
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
