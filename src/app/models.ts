import { join } from 'node:path';
import { CHAMPION } from '../models/find-model-version.ts';
import {
  listModels as listRegistered,
  showModel as showRegistered,
  type ListedVersion,
} from '../models/list-models.ts';
import type { Json } from '../core/json.ts';
import { isoTime } from './iso-time.ts';
import type { AppServices } from './services.ts';

/** A registered model as `models ls` lists it. Times are ISO 8601, UTC. */
export type ModelListing = {
  readonly name: string;
  readonly versions: number;
  readonly latestVersion: number | null;
  /** Version by alias. */
  readonly aliases: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly championTestAccuracy: number | null;
  readonly createdAt: string;
};

export type ModelVersionListing = {
  readonly version: number;
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
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
  readonly tags: Readonly<Record<string, string>>;
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
    /** What it was decided by. */
    readonly numbers: Json;
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
  const models = await listRegistered(registry.db);
  return models.map(({ name, createdAt, versions, aliases, tags }) => ({
    name,
    versions: versions.length,
    latestVersion: versions[0]?.version ?? null,
    aliases,
    tags,
    championTestAccuracy: versions.find(({ version }) => version === aliases[CHAMPION])?.metrics.testAccuracy ?? null,
    createdAt: isoTime(createdAt),
  }));
}

/** A registered model with its versions, and what was decided about them. @throws NotFoundError. */
export async function showModel({ registry, project }: AppServices, name: string): Promise<ModelDetails> {
  const model = await showRegistered(registry.db, name);
  return {
    name,
    description: model.description,
    tags: model.tags,
    createdAt: isoTime(model.createdAt),
    versions: model.versions.map((row) => versionListing(row, project.modelsDir)),
    decisions: model.decisions.map(({ version, championVersion, gate, decision, reason, numbers, at }) => ({
      ...{ version, championVersion, gate, decision, reason, numbers },
      at: isoTime(at),
    })),
    aliasHistory: model.aliasHistory.map(({ alias, version, previousVersion, reason, at }) => ({
      ...{ alias, version, previousVersion, reason },
      at: isoTime(at),
    })),
  };
}

function versionListing(row: ListedVersion, modelsDir: string): ModelVersionListing {
  return {
    version: row.version,
    aliases: row.aliases,
    tags: row.tags,
    metrics: row.metrics,
    datasetVersion: row.datasetVersionId,
    trainingRun: row.trainingRunId,
    flowRun: row.flowRunId,
    path: join(modelsDir, row.path),
    bytes: row.bytes,
    createdAt: isoTime(row.createdAt),
  };
}
