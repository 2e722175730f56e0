import { NotFoundError } from '../core/errors.ts';
import { didYouMean } from '../core/closest-name.ts';
import { CHAMPION } from '../models/find-model-version.ts';
import { promoteModel as promote } from '../models/promote-model.ts';
import { rollbackModel as rollback } from '../models/rollback-model.ts';
import { listAliases, removeAlias } from '../registry/model-aliases.ts';
import { findRegisteredModel } from '../registry/registered-models.ts';
import { isoTime } from './iso-time.ts';
import { mustNameVersion } from './named-version.ts';
import type { AppServices } from './services.ts';

export type AliasChange = {
  readonly name: string;
  readonly alias: string;
  readonly version: number;
  readonly previousVersion: number | null;
};

/**
 * Gives the version that `reference` names (`signs/3`, `signs@challenger`) an alias, default `champion`.
 * @throws NotFoundError, UsageError, ParameterError; ConflictError when it has the alias already.
 */
export async function promoteModel(
  services: AppServices,
  reference: string,
  { alias = CHAMPION, reason }: { readonly alias?: string; readonly reason?: string } = {},
): Promise<AliasChange> {
  const { registry, clock } = services;
  const { name, version } = await mustNameVersion(services, reference);
  const previous = await promote(registry.db, clock, {
    name,
    version,
    alias,
    ...(reason === undefined ? {} : { reason }),
  });
  return { name, alias, version, previousVersion: previous ?? null };
}

/**
 * Moves an alias, default `champion`, back to the version that had it before.
 * @throws NotFoundError; ConflictError when no earlier version had it.
 */
export async function rollbackModel(
  { registry, clock }: AppServices,
  name: string,
  { alias = CHAMPION, reason }: { readonly alias?: string; readonly reason?: string } = {},
): Promise<AliasChange> {
  const { from, to } = await rollback(registry.db, clock, { name, alias, ...(reason === undefined ? {} : { reason }) });
  return { name, alias, version: to, previousVersion: from };
}

/** An alias as `models alias ls` lists it. */
export type AliasListing = { readonly alias: string; readonly version: number; readonly updatedAt: string };

/** Where each alias of a model points, by name. @throws NotFoundError for an unknown model. */
export async function listModelAliases({ registry }: AppServices, name: string): Promise<AliasListing[]> {
  await findRegisteredModel(registry.db, name);
  const rows = await listAliases(registry.db, name);
  return rows.map(({ alias, version, updatedAt }) => ({ alias, version, updatedAt: isoTime(updatedAt) }));
}

export type AliasRemoval = { readonly name: string; readonly alias: string; readonly previousVersion: number };

/**
 * Takes an alias away from the version that has it; the version stays.
 * @returns the version that had it.
 * @throws NotFoundError telling what aliases there are.
 */
export async function removeModelAlias(
  { registry, clock }: AppServices,
  name: string,
  alias: string,
  { reason = 'removed by hand' }: { readonly reason?: string } = {},
): Promise<AliasRemoval> {
  await findRegisteredModel(registry.db, name);
  const previousVersion = await removeAlias(registry.db, { modelName: name, alias, reason, at: clock.now() });
  if (previousVersion !== undefined) return { name, alias, previousVersion };
  const known = (await listAliases(registry.db, name)).map((row) => row.alias);
  throw new NotFoundError(`${name} has no alias "${alias}". ${didYouMean(alias, known)}`);
}
