import { mkdtemp, mkdir, readFile, rm, copyFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DataError } from '../../core/errors.ts';
import { currentRunFor } from '../../engine/run-scope.ts';
import type { RunCompanion } from '../../engine/run-companion.ts';
import type { ModelCard, ModelSignature } from '../../models/model-card.ts';
import type { Predictor } from '../../training/predictor.ts';
import { workDirOf, type AppServices } from '../services.ts';
import type { ModelFiles } from './model-files.ts';
import { servicesOf } from './services-of.ts';

/** A class with the probability that a model gives it. */
export type ClassProbability = { readonly label: string; readonly probability: number };

/** What a model says of one image. */
export type ImagePrediction = ClassProbability & {
  /** All classes, most probable first. */
  readonly ranked: readonly ClassProbability[];
};

/** A model in use. It is closed when the flow run ends, or before that by `close`. */
export interface LoadedModel {
  /** The folder with its files: for models that only other programs can execute. */
  readonly folder: string;
  /** What it takes and gives; null when it is no image classifier of a registered version. */
  readonly signature: ModelSignature | null;
  /** The card of the version; null for files that are no version. */
  readonly card: ModelCard | null;
  /**
   * The class of an image: its path, or the bytes of a JPEG, PNG or other image file. It is decoded as training images are.
   * @throws DataError when it cannot be decoded, or the model is no image classifier.
   */
  predict(image: string | Uint8Array): Promise<ImagePrediction>;
  /**
   * Probabilities `[count, classes]` of uint8 images `[count, height, width, channels]`, 0..255.
   * @throws DataError when the bytes are not so many images, or the model is no image classifier.
   */
  predictPixels(pixels: Uint8Array, count: number): Promise<Float32Array>;
  /** Gives back what the model holds; it cannot be used afterwards. */
  close(): Promise<void>;
}

/**
 * Loads a model by `models:/signs@champion`, `models:/signs/3`, `signs` (its champion), `runs:/ID` (what that training run
 * registered) or `runs:/ID/artifact` (files it logged).
 * @throws NotFoundError telling what there is; UsageError outside of a flow run; DataError when its files are missing.
 */
export async function loadModel(uri: string): Promise<LoadedModel> {
  const scope = currentRunFor('loadModel');
  const services = servicesOf(scope, 'loadModel');
  const { findModelFiles } = await import('./model-files.ts');
  const files = await findModelFiles(services, uri);
  const opened = await openFolder(files, services);
  const model = createModel(files, opened, services, uri);
  scope.companion('models', () => new LoadedModels()).add(model);
  return model;
}

type OpenedFolder = { readonly folder: string; remove(): Promise<void> };

async function openFolder(files: ModelFiles, services: AppServices): Promise<OpenedFolder> {
  if (files.kind === 'version') return { folder: files.folder, remove: () => Promise.resolve() };
  await mkdir(workDirOf(services), { recursive: true });
  const folder = await mkdtemp(join(workDirOf(services), 'model-'));
  for (const { path, hash } of files.files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await copyFile(services.storage.pathOf(hash), join(folder, path));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

function createModel(files: ModelFiles, opened: OpenedFolder, services: AppServices, uri: string): LoadedModel {
  const card = files.kind === 'version' ? files.card : null;
  const { folder } = opened;
  let predictor: Promise<Predictor> | undefined;
  const open = async (): Promise<Predictor> => {
    if (card !== null && card.signature === null) {
      throw new DataError(`${uri} is no image classifier: it has no signature. Its files are in ${folder}.`);
    }
    const { loadPredictor } = await import('../../training/predictor.ts');
    return loadPredictor(folder);
  };
  const use = (): Promise<Predictor> => (predictor ??= open());
  return {
    folder,
    signature: card?.signature ?? null,
    card,
    predictPixels: async (pixels, count) => (await use()).predict(pixels, count),
    predict: async (image) => {
      const { decodeImage } = await import('../../datasets/decode/decode-image.ts');
      const used = await use();
      const bytes = typeof image === 'string' ? await readFile(resolve(services.cwd, image)) : image;
      const { height, width, channels } = used.image;
      const pixels = await decodeImage(bytes, { height, width, channels: channels === 1 ? 1 : 3 });
      const probabilities = await used.predict(pixels, 1);
      return rank(probabilities, card?.signature?.output.classNames);
    },
    close: async () => {
      const used = await predictor?.catch(() => undefined);
      predictor = Promise.reject(new DataError(`${uri} was closed; load it again.`));
      predictor.catch(() => undefined);
      await used?.dispose();
      await opened.remove();
    },
  };
}

function rank(probabilities: Float32Array, classNames: readonly string[] | undefined): ImagePrediction {
  const ranked = [...probabilities]
    .map((probability, index) => ({ label: classNames?.[index] ?? String(index), probability }))
    .sort((left, right) => right.probability - left.probability);
  return { ...ranked[0]!, ranked };
}

/** The models that a flow run uses. */
class LoadedModels implements RunCompanion {
  readonly #models = new Set<LoadedModel>();

  add(model: LoadedModel): void {
    this.#models.add(model);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async ended(): Promise<void> {
    for (const model of this.#models) await model.close();
  }
}
