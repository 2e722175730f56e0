import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../core/errors.ts';
import { temporarySibling } from '../storage/atomic-write.ts';
import { sha256OfFile } from '../storage/hash-file.ts';
import { CARD_FILE, type ModelCard } from './model-card.ts';
import { STAGING_NAME } from './remove-leftovers.ts';
import { TEST_PREDICTIONS_FILE, type TestPredictions } from './test-predictions.ts';

/** A version's files in a folder whose name starts with a dot: nothing that looks for versions sees it. */
export type StagedFiles = {
  readonly folder: string;
  /** All files but the card, by path. */
  readonly files: ModelCard['files'];
  readonly testPredictions: ModelCard['testPredictions'];
};

/**
 * Copies a model's files beside the versions of its name and adds the test predictions.
 * @throws DataError when there are no files, or one of them would be in the way of the card.
 */
export async function stageModelFiles(input: {
  readonly modelFolder: string;
  readonly source: string;
  readonly testPredictions?: TestPredictions;
}): Promise<StagedFiles> {
  const folder = temporarySibling(path.join(input.modelFolder, STAGING_NAME));
  try {
    await mkdir(input.modelFolder, { recursive: true });
    await cp(input.source, folder, { recursive: true, errorOnExist: true, force: false });
    if (input.testPredictions !== undefined) {
      await writeFile(path.join(folder, TEST_PREDICTIONS_FILE), `${JSON.stringify(input.testPredictions)}\n`);
    }
    const files = await describeFiles(folder);
    if (files.every((file) => file.path === TEST_PREDICTIONS_FILE)) throw new DataError(`${input.source} holds no model files.`);
    if (files.some((file) => file.path === CARD_FILE)) {
      throw new DataError(`${input.source} holds a ${CARD_FILE} of its own; that name is the card's.`);
    }
    return { folder, files, testPredictions: summarise(files, input.testPredictions) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function describeFiles(folder: string): Promise<ModelCard['files']> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    paths.toSorted().map(async (file) => ({
      path: path.relative(folder, file).split(path.sep).join('/'),
      bytes: (await stat(file)).size,
      sha256: await sha256OfFile(file),
    })),
  );
}

function summarise(
  files: ModelCard['files'],
  predictions: TestPredictions | undefined,
): ModelCard['testPredictions'] {
  const file = files.find((candidate) => candidate.path === TEST_PREDICTIONS_FILE);
  if (predictions === undefined || file === undefined) return null;
  return { samples: predictions.sampleIds.length, sha256: file.sha256 };
}
