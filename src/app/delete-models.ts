import { join } from 'node:path';
import { ConflictError, UsageError } from '../core/errors.ts';
import { deleteModelVersion } from '../models/delete-model-version.ts';
import { findModelVersionRow } from '../models/find-model-version.ts';
import { parseModelReference } from '../models/model-reference.ts';
import { listAliases, removeAlias } from '../registry/model-aliases.ts';
import { listModelVersions } from '../registry/model-versions.ts';
import type { ModelVersionRow } from '../registry/model-versions.ts';
import { findRegisteredModel } from '../registry/registered-models.ts';
import { reclaimableBytes } from '../storage/remove-whole.ts';
import type { AppServices } from './services.ts';

export type DeleteModelsOptions = {
  /** A model's name alone means all of its versions. */
  readonly all: boolean;
  /** Also versions that have an alias, which then points nowhere. */
  readonly force: boolean;
};

/**
 * The versions that people mean by `signs/3`, `signs@challenger` or, with `all`, `signs`; each once.
 * @throws NotFoundError, UsageError; ConflictError when one has an alias and `force` is not set.
 */
export async function findDeletableModels(
  { registry }: AppServices,
  references: readonly string[],
  { all, force }: DeleteModelsOptions,
): Promise<ModelVersionRow[]> {
  const found = new Map<string, ModelVersionRow>();
  for (const text of references) {
    const reference = parseModelReference(text);
    const { name } = reference;
    if (reference.kind === 'name' && !all) {
      throw new UsageError(`Say which version of ${name}: ${name}/3 or ${name}@challenger; --all means every one.`);
    }
    await findRegisteredModel(registry.db, name);
    const rows =
      reference.kind === 'name'
        ? await listModelVersions(registry.db, { modelName: name })
        : [await findModelVersionRow(registry.db, reference)];
    for (const row of rows) found.set(`${name}/${row.version}`, row);
  }
  const aliases = force ? [] : await listAliases(registry.db);
  const aliased = aliases.find(({ modelName, version }) => found.has(`${modelName}/${version}`));
  if (aliased === undefined) return [...found.values()];
  const { modelName, version, alias } = aliased;
  throw new ConflictError(
    `Version ${version} of ${modelName} is its ${alias}. Promote another version first, or add --force.`,
    { details: { model: modelName, version, alias } },
  );
}

/** Deletes the files of a version, and its aliases; its number is not given again. @returns the bytes that gives back. */
export async function deleteModel(
  services: AppServices,
  { modelName, version, path }: ModelVersionRow,
): Promise<number> {
  const { registry, clock, project } = services;
  const bytes = await reclaimableBytes(join(project.modelsDir, path));
  for (const { alias, version: target } of await listAliases(registry.db, modelName)) {
    if (target !== version) continue;
    await removeAlias(registry.db, { modelName, alias, reason: `version ${version} was deleted`, at: clock.now() });
  }
  await deleteModelVersion(registry.db, clock, project.modelsDir, { name: modelName, version });
  return bytes;
}
