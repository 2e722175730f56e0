import { existsSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { DatasetVersionId, FlowRunId, TrainingRunId } from '../core/ids.ts';
import { hashJson } from '../core/json.ts';
import { toJson } from '../core/to-json.ts';
import { insertModelVersion, listModelVersions, nextModelVersion } from '../registry/model-versions.ts';
import { withTransaction, type RegistryDb } from '../registry/registry-db.ts';
import { temporarySibling, writeJsonAtomic } from '../storage/atomic-write.ts';
import { explainFileError } from '../storage/file-errors.ts';
import { syncFolder, syncFolderTree } from '../storage/sync-folder.ts';
import { findModelVersion, type FoundModelVersion } from './find-model-version.ts';
import { CARD_FILE, modelCardSchema, type ModelCard, type ModelCardContent } from './model-card.ts';
import { checkModelName } from './model-reference.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { stageModelFiles, type StagedFiles } from './stage-model-files.ts';
import type { TestPredictions } from './test-predictions.ts';

export type NewModelVersion = {
  readonly name: string;
  /** The folder with the model's files; they are copied. */
  readonly source: string;
  readonly card: ModelCardContent;
  readonly testPredictions?: TestPredictions;
  readonly trainingRunId: TrainingRunId | null;
  readonly flowRunId: FlowRunId | null;
  /** Whether a training run has one version of a name (default), or one for each set of files. */
  readonly once?: 'per training run' | 'per files';
};

/**
 * Saves a model as the next version of its name. The files are complete and synced under a hidden name before the version
 * gets its number, folder and row in one transaction: after a crash there is either the whole version or none. Saving the
 * same training run again, or with `once: 'per files'` the same files of it, returns the version it has.
 * @throws ParameterError for a name that cannot be a folder; DataError; EnvironmentError when the disk refuses.
 */
export async function saveModelVersion(
  db: RegistryDb,
  clock: Clock,
  modelsDir: string,
  input: NewModelVersion,
): Promise<FoundModelVersion> {
  const { name } = input;
  checkModelName(name);
  const modelFolder = path.join(modelsDir, name);
  try {
    await removeLeftovers(modelFolder, clock);
    const staged = await stageModelFiles({ modelFolder, ...input });
    try {
      const version = await publish({ db, clock, modelFolder, input, staged });
      await syncFolder(modelFolder);
      return await findModelVersion(db, modelsDir, `${name}/${version}`);
    } finally {
      await rm(staged.folder, { recursive: true, force: true });
    }
  } catch (error) {
    throw explainFileError(error, modelFolder);
  }
}

type Publication = {
  readonly db: RegistryDb;
  readonly clock: Clock;
  readonly modelFolder: string;
  readonly input: NewModelVersion;
  readonly staged: StagedFiles;
};

/** Writes the card for the number that is free now and takes that number; when another process was faster, once more. */
async function publish(publication: Publication): Promise<number> {
  for (;;) {
    const known = await versionOfTrainingRun(publication);
    if (known !== undefined) return known;
    const version = await takeVersion(publication);
    if (version !== undefined) return version;
  }
}

async function versionOfTrainingRun({ db, input, staged }: Publication): Promise<number | undefined> {
  if (input.trainingRunId === null) return undefined;
  const versions = await listModelVersions(db, { modelName: input.name });
  const own = versions.filter((row) => row.trainingRunId === input.trainingRunId);
  if (input.once !== 'per files') return own[0]?.version;
  const wanted = hashJson(toJson(staged.files));
  return own.find(({ card }) => hashJson(toJson(modelCardSchema.parse(card).files)) === wanted)?.version;
}

async function takeVersion({ db, clock, modelFolder, input, staged }: Publication): Promise<number | undefined> {
  const { name } = input;
  const version = await nextModelVersion(db, name);
  const createdAt = clock.now();
  const card = completeCard(input, staged, version, createdAt);
  await writeJsonAtomic(path.join(staged.folder, CARD_FILE), toJson(card));
  await syncFolderTree(staged.folder);
  return withTransaction(db, async (transaction) => {
    if ((await nextModelVersion(transaction, name)) !== version) return undefined;
    await insertModelVersion(transaction, {
      modelName: name,
      version,
      trainingRunId: input.trainingRunId,
      flowRunId: input.flowRunId,
      datasetVersionId: card.datasetVersion as DatasetVersionId | null,
      path: `${name}/${version}`,
      card: toJson(card),
      metrics: card.metrics,
      bytes: card.files.reduce((sum, file) => sum + file.bytes, 0),
      createdAt,
    });
    replaceFolder(staged.folder, path.join(modelFolder, String(version)));
    return version;
  });
}

/**
 * Without awaiting, because the write lock is held. A folder that is there has no row: a crash came between its rename and
 * the commit, or the registry is another one. It is put aside, not lost.
 */
function replaceFolder(staged: string, final: string): void {
  if (existsSync(final)) renameSync(final, temporarySibling(final));
  renameSync(staged, final);
}

function completeCard(
  input: NewModelVersion,
  { files, testPredictions }: StagedFiles,
  version: number,
  createdAt: number,
): ModelCard {
  return modelCardSchema.parse({
    formatVersion: 1,
    name: input.name,
    version,
    createdAt: new Date(createdAt).toISOString(),
    ...input.card,
    trainingRun: input.trainingRunId,
    testPredictions,
    files,
  });
}
