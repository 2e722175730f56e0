import { access } from 'node:fs/promises';
import path from 'node:path';
import { didYouMean } from '../core/closest-name.ts';
import { DataError, NotFoundError } from '../core/errors.ts';
import { getAlias, listAliases } from '../registry/model-aliases.ts';
import { findModelVersion as findRow, type ModelVersionRow } from '../registry/model-versions.ts';
import { findRegisteredModel } from '../registry/registered-models.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { CARD_FILE, modelCardSchema, type ModelCard } from './model-card.ts';
import { parseModelReference, type ModelReference } from './model-reference.ts';

export const CHAMPION = 'champion';

/** A version that can be used: its row, its folder and its card. */
export type FoundModelVersion = {
  readonly row: ModelVersionRow;
  /** Absolute. */
  readonly folder: string;
  readonly card: ModelCard;
};

/**
 * The version that a reference names (`name`: its champion; `name@alias`; `name/version`), with its files.
 * @throws NotFoundError telling what there is; DataError when its files are missing; UsageError for a wrong reference.
 */
export async function findModelVersion(db: RegistryDb, modelsDir: string, text: string): Promise<FoundModelVersion> {
  const row = await findModelVersionRow(db, parseModelReference(text));
  const folder = path.join(modelsDir, row.path);
  const present = await access(path.join(folder, CARD_FILE)).then(
    () => true,
    () => false,
  );
  if (!present) {
    throw new DataError(
      `The files of ${row.modelName} version ${row.version} are not in ${folder}. Restore them, or delete the version and register it again.`,
    );
  }
  return { row, folder, card: modelCardSchema.parse(row.card) };
}

/** The row that a reference names. @throws NotFoundError telling what there is. */
export async function findModelVersionRow(db: RegistryDb, reference: ModelReference): Promise<ModelVersionRow> {
  const { name } = reference;
  await findRegisteredModel(db, name);
  if (reference.kind === 'version') return findRow(db, name, reference.version);
  const alias = reference.kind === 'alias' ? reference.alias : CHAMPION;
  const target = await getAlias(db, name, alias);
  if (target !== undefined) return findRow(db, name, target.version);
  const aliases = (await listAliases(db, name)).map((known) => known.alias);
  throw new NotFoundError(`${name} has no alias "${alias}". ${didYouMean(alias, aliases)}`);
}
