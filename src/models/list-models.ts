import { listAliases, listAliasHistory, type AliasHistoryRow, type ModelAliasRow } from '../registry/model-aliases.ts';
import { listModelVersions, type ModelVersionRow } from '../registry/model-versions.ts';
import { listPromotionDecisions, type PromotionDecision } from '../registry/promotion-decisions.ts';
import { findRegisteredModel, listRegisteredModels, type RegisteredModelRow } from '../registry/registered-models.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { listTagsOfKind } from '../registry/tags.ts';

type Tags = Readonly<Record<string, string>>;

export type ListedVersion = ModelVersionRow & { readonly aliases: readonly string[]; readonly tags: Tags };

export type ListedModel = RegisteredModelRow & {
  /** Not deleted ones, newest first. */
  readonly versions: readonly ListedVersion[];
  /** Where each alias points. */
  readonly aliases: Readonly<Record<string, number>>;
  readonly tags: Tags;
};

export type ModelHistory = ListedModel & {
  /** Newest first. */
  readonly decisions: readonly PromotionDecision[];
  readonly aliasHistory: readonly AliasHistoryRow[];
};

/** All registered models by name, with their versions, aliases and tags. */
export async function listModels(db: RegistryDb): Promise<ListedModel[]> {
  const models = await listRegisteredModels(db);
  return describe(models, { versions: await listModelVersions(db), aliases: await listAliases(db), ...(await tags(db)) });
}

/** One registered model with everything that happened to it. @throws NotFoundError naming the models that exist. */
export async function showModel(db: RegistryDb, name: string): Promise<ModelHistory> {
  const model = await findRegisteredModel(db, name);
  const versions = await listModelVersions(db, { modelName: name });
  const aliases = await listAliases(db, name);
  const [described] = describe([model], { versions, aliases, ...(await tags(db)) });
  return {
    ...described!,
    decisions: await listPromotionDecisions(db, name),
    aliasHistory: await listAliasHistory(db, name),
  };
}

type TagsById = ReadonlyMap<string, Tags>;

type Parts = {
  readonly versions: readonly ModelVersionRow[];
  readonly aliases: readonly ModelAliasRow[];
  readonly modelTags: TagsById;
  readonly versionTags: TagsById;
};

async function tags(db: RegistryDb): Promise<Pick<Parts, 'modelTags' | 'versionTags'>> {
  return {
    modelTags: await listTagsOfKind(db, 'registered_model'),
    versionTags: await listTagsOfKind(db, 'model_version'),
  };
}

function describe(models: readonly RegisteredModelRow[], parts: Parts): ListedModel[] {
  return models.map((model) => {
    const own = parts.aliases.filter((alias) => alias.modelName === model.name);
    return {
      ...model,
      aliases: Object.fromEntries(own.map(({ alias, version }) => [alias, version])),
      tags: parts.modelTags.get(model.name) ?? {},
      versions: parts.versions
        .filter((version) => version.modelName === model.name)
        .map((version) => ({
          ...version,
          aliases: own.filter((alias) => alias.version === version.version).map(({ alias }) => alias),
          tags: parts.versionTags.get(`${model.name}/${version.version}`) ?? {},
        })),
    };
  });
}
