import { NotFoundError, UsageError } from '../../core/errors.ts';
import { findModelVersion } from '../../models/find-model-version.ts';
import { listArtifacts } from '../../registry/artifacts.ts';
import { listModelVersions } from '../../registry/model-versions.ts';
import { findTrainingRun } from '../../registry/training-runs.ts';
import type { ModelCard } from '../../models/model-card.ts';
import type { StoredModelFile } from '../model-file-store.ts';
import type { AppServices } from '../services.ts';

/** Where a model's files are: a version's folder, or files of a training run that are no version. */
export type ModelFiles =
  | { readonly kind: 'version'; readonly folder: string; readonly card: ModelCard }
  | { readonly kind: 'artifacts'; readonly files: readonly StoredModelFile[]; readonly name: string };

/**
 * Finds the files that `models:/name@alias`, `models:/name/3`, `name`, `runs:/ID` or `runs:/ID/artifact` name.
 * @throws NotFoundError telling what there is; UsageError for anything else.
 */
export async function findModelFiles(services: AppServices, uri: string): Promise<ModelFiles> {
  const run = /^runs:\/+(?<id>[^/]+)(?:\/(?<artifact>.+?))?\/?$/.exec(uri)?.groups;
  if (run === undefined) return version(services, uri);
  const { db } = services.registry;
  const { id, name } = await findTrainingRun(db, run.id!);
  const artifact = run.artifact;
  if (artifact !== undefined) {
    const files = (await listArtifacts(db, { trainingRunId: id })).flatMap(({ key, storageHash: hash }) => {
      const path = key === artifact ? key.split('/').at(-1)! : key.slice(artifact.length + 1);
      const isWanted = key === artifact || key.startsWith(`${artifact}/`);
      return isWanted && hash !== null ? [{ path, hash }] : [];
    });
    if (files.length > 0) return { kind: 'artifacts', files: newestOfEach(files), name: `${name} ${artifact}` };
  }
  const registered = (await listModelVersions(db)).find(({ trainingRunId }) => trainingRunId === id);
  if (artifact === undefined && registered !== undefined) {
    return version(services, `${registered.modelName}/${registered.version}`);
  }
  throw new NotFoundError(
    artifact === undefined
      ? `Training run ${id} has registered no model. Name what it logged: runs:/${run.id!}/ARTIFACT.`
      : `Training run ${id} has no artifact "${artifact}".`,
  );
}

async function version({ registry, project }: AppServices, uri: string): Promise<ModelFiles> {
  if (/^\w+:\/(?!\/)/.test(uri) && !uri.startsWith('models:/')) {
    throw new UsageError(
      `"${uri}" does not name a model. Write models:/NAME@ALIAS, models:/NAME/VERSION or runs:/ID/ARTIFACT.`,
    );
  }
  const { folder, card } = await findModelVersion(registry.db, project.modelsDir, uri);
  return { kind: 'version', folder, card };
}

function newestOfEach(files: readonly StoredModelFile[]): StoredModelFile[] {
  return [...new Map(files.map((file) => [file.path, file])).values()];
}
