import { listAliases, listAliasHistory, type AliasHistoryRow, type ModelAliasRow } from '../registry/model-aliases.ts';
import { listModelVersions, type ModelVersionRow } from '../registry/model-versions.ts';
import { listPromotionDecisions, type PromotionDecision } from '../registry/promotion-decisions.ts';
import { findRegisteredModel, listRegisteredModels, type RegisteredModelRow } from '../registry/registered-models.ts';
import type { RegistryDb } from '../registry/registry-db.ts';

export type ListedVersion = ModelVersionRow & { readonly aliases: readonly string[] };

export type ListedModel = RegisteredModelRow & {
  /** Not deleted ones, newest first. */
  readonly versions: readonly ListedVersion[];
  /** Where each alias points. */
  readonly aliases: Readonly<Record<string, number>>;
};

export type ModelDetails = ListedModel & {
  /** Newest first. */
  readonly decisions: readonly PromotionDecision[];
  readonly aliasHistory: readonly AliasHistoryRow[];
};

/** All registered models by name, with their versions and aliases. */
export async function listModels(db: RegistryDb): Promise<ListedModel[]> {
  const [models, versions, aliases] = await Promise.all([
    listRegisteredModels(db),
    listModelVersions(db),
    listAliases(db),
  ]);
  return models.map((model) => describe(model, versions, aliases));
}

/** One registered model with everything that happened to it. @throws NotFoundError naming the models that exist. */
export async function showModel(db: RegistryDb, name: string): Promise<ModelDetails> {
  const model = await findRegisteredModel(db, name);
  const [versions, aliases, decisions, aliasHistory] = await Promise.all([
    listModelVersions(db, { modelName: name }),
    listAliases(db, name),
    listPromotionDecisions(db, name),
    listAliasHistory(db, name),
  ]);
  return { ...describe(model, versions, aliases), decisions, aliasHistory };
}

function describe(
  model: RegisteredModelRow,
  versions: readonly ModelVersionRow[],
  aliases: readonly ModelAliasRow[],
): ListedModel {
  const own = aliases.filter((alias) => alias.modelName === model.name);
  return {
    ...model,
    aliases: Object.fromEntries(own.map(({ alias, version }) => [alias, version])),
    versions: versions
      .filter((version) => version.modelName === model.name)
      .map((version) => ({
        ...version,
        aliases: own.filter((alias) => alias.version === version.version).map(({ alias }) => alias),
      })),
  };
}
