import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import { findRegisteredModel } from '../registry/registered-models.ts';
import { markModelVersionDeleted } from '../registry/model-versions.ts';
import type { RegistryDb } from '../registry/registry-db.ts';

/**
 * Deletes a version's files; its row and number stay. The row goes first, so that no row ever promises missing files.
 * @throws NotFoundError; ConflictError when it has an alias.
 */
export async function deleteModelVersion(
  db: RegistryDb,
  clock: Clock,
  modelsDir: string,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<void> {
  await findRegisteredModel(db, name);
  const { path: folder } = await markModelVersionDeleted(db, { modelName: name, version, at: clock.now() });
  await rm(path.join(modelsDir, folder), { recursive: true, force: true });
}
