import { join, resolve } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { deleteModelVersion } from '../models/delete-model-version.ts';
import { exportModel as exportFiles } from '../models/export-model.ts';
import { CHAMPION, findModelVersion, findModelVersionRow } from '../models/find-model-version.ts';
import { parseModelReference } from '../models/model-reference.ts';
import { promoteModel as promote } from '../models/promote-model.ts';
import { rollbackModel as rollback } from '../models/rollback-model.ts';
import { listAliases, listAliasHistory } from '../registry/model-aliases.ts';
import { listModelVersions, type ModelVersionRow } from '../registry/model-versions.ts';
import { listPromotionDecisions } from '../registry/promotion-decisions.ts';
import { findRegisteredModel, listRegisteredModels } from '../registry/registered-models.ts';
import { isoTime } from './iso-time.ts';
import type { AppServices } from './services.ts';

/** A registered model as `models ls` lists it. Times are ISO 8601, UTC. */
export type ModelListing = {
  readonly name: string;
  readonly versions: number;
  readonly latestVersion: number | null;
  /** Version by alias. */
  readonly aliases: Readonly<Record<string, number>>;
  readonly championTestAccuracy: number | null;
  readonly createdAt: string;
};

export type ModelVersionListing = {
  readonly version: number;
  readonly aliases: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly datasetVersion: string | null;
  readonly trainingRun: string | null;
  readonly flowRun: string | null;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly createdAt: string;
};

export type ModelDetails = {
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: string;
  /** Newest first; deleted ones are left out. */
  readonly versions: readonly ModelVersionListing[];
  /** What gates and people decided, newest first. */
  readonly decisions: readonly {
    readonly version: number;
    readonly championVersion: number | null;
    readonly gate: string;
    readonly decision: 'promoted' | 'kept';
    readonly reason: string;
    readonly at: string;
  }[];
  /** Every move of an alias, newest first. */
  readonly aliasHistory: readonly {
    readonly alias: string;
    readonly version: number | null;
    readonly previousVersion: number | null;
    readonly reason: string;
    readonly at: string;
  }[];
};

/** Registered models by name. */
export async function listModels({ registry }: AppServices): Promise<ModelListing[]> {
  const models = await listRegisteredModels(registry.db);
  return Promise.all(
    models.map(async ({ name, createdAt }) => {
      const versions = await listModelVersions(registry.db, { modelName: name });
      const aliases = Object.fromEntries((await listAliases(registry.db, name)).map((row) => [row.alias, row.version]));
      const champion = versions.find(({ version }) => version === aliases[CHAMPION]);
      return {
        name,
        versions: versions.length,
        latestVersion: versions[0]?.version ?? null,
        aliases,
        championTestAccuracy: champion?.metrics.testAccuracy ?? null,
        createdAt: isoTime(createdAt),
      };
    }),
  );
}

/** A registered model with its versions, and what was decided about them. @throws NotFoundError. */
export async function showModel(services: AppServices, name: string): Promise<ModelDetails> {
  const { db } = services.registry;
  const model = await findRegisteredModel(db, name);
  const aliases = await listAliases(db, name);
  const versions = await listModelVersions(db, { modelName: name });
  const decisions = await listPromotionDecisions(db, name);
  const history = await listAliasHistory(db, name);
  return {
    name,
    description: model.description,
    createdAt: isoTime(model.createdAt),
    versions: versions.map((row) => {
      const own = aliases.filter(({ version }) => version === row.version).map(({ alias }) => alias);
      return versionListing(services, row, own);
    }),
    decisions: decisions.map(({ version, championVersion, gate, decision, reason, at }) => ({
      ...{ version, championVersion, gate, decision, reason },
      at: isoTime(at),
    })),
    aliasHistory: history.map(({ alias, version, previousVersion, reason, at }) => ({
      ...{ alias, version, previousVersion, reason },
      at: isoTime(at),
    })),
  };
}

function versionListing(
  { project }: AppServices,
  row: ModelVersionRow,
  aliases: readonly string[],
): ModelVersionListing {
  return {
    version: row.version,
    aliases,
    metrics: row.metrics,
    datasetVersion: row.datasetVersionId,
    trainingRun: row.trainingRunId,
    flowRun: row.flowRunId,
    path: join(project.modelsDir, row.path),
    bytes: row.bytes,
    createdAt: isoTime(row.createdAt),
  };
}

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

/**
 * Copies a version (`signs` is its champion) to a folder or, when the target ends in `.zip`, a zip file.
 * @throws NotFoundError, DataError, EnvironmentError; ConflictError when the target is taken and `force` not set.
 */
export async function exportModel(
  { registry, project, cwd }: AppServices,
  reference: string,
  target: string,
  options: { readonly force?: boolean } = {},
): Promise<{ readonly name: string; readonly version: number; readonly path: string; readonly files: number }> {
  const found = await findModelVersion(registry.db, project.modelsDir, reference);
  const exported = await exportFiles(found, resolve(cwd, target), options);
  return { name: found.row.modelName, version: found.row.version, ...exported };
}

/**
 * Deletes the files of a version; its number is not given again.
 * @throws NotFoundError, UsageError; ConflictError when an alias points to it.
 */
export async function deleteModel(
  services: AppServices,
  reference: string,
): Promise<{ readonly name: string; readonly version: number }> {
  const { registry, clock, project } = services;
  const { name, version } = await mustNameVersion(services, reference);
  await deleteModelVersion(registry.db, clock, project.modelsDir, { name, version });
  return { name, version };
}

/** A name alone means the champion elsewhere; where something is changed, the version must be said. */
async function mustNameVersion({ registry }: AppServices, text: string): Promise<{ name: string; version: number }> {
  const reference = parseModelReference(text);
  if (reference.kind === 'name') {
    throw new UsageError(
      `Say which version of ${reference.name}: ${reference.name}/3 or ${reference.name}@challenger.`,
    );
  }
  const { modelName, version } = await findModelVersionRow(registry.db, reference);
  return { name: modelName, version };
}
