import { UsageError } from '../core/errors.ts';
import { decodeImage } from '../datasets/decode/decode-image.ts';
import { findModelVersion, type FoundModelVersion } from '../models/find-model-version.ts';
import { requireSignature } from '../models/model-card.ts';
import { listAliases } from '../registry/model-aliases.ts';
import { loadPredictor, type Predictor } from '../training/predictor.ts';
import { withImages, type ImageToPredict } from './images-to-predict.ts';
import type { AppServices } from './services.ts';
import { spellWord } from './spell-word.ts';

export type PredictRequest = {
  /** Image files, folders or archives, relative to the current folder. */
  readonly paths: readonly string[];
  /** `name`, `name@alias` or `name/version`; may be left out when one model only has a champion. */
  readonly model?: string;
  /** How many classes an entry lists; default 3. */
  readonly topK?: number;
  readonly signal: AbortSignal;
};

type ClassProbability = { readonly label: string; readonly probability: number };

/** What a model says of one image, or why it could not say anything. */
export type PredictionEntry =
  | (ClassProbability & {
      readonly path: string;
      /** Most probable first. */
      readonly topK: readonly ClassProbability[];
      readonly modelVersion: string;
    })
  | { readonly path: string; readonly error: string; readonly modelVersion: string };

export type Predictions = {
  readonly model: {
    readonly name: string;
    readonly version: number;
    /** True when it learned from images that a program drew. */
    readonly synthetic: boolean;
    readonly engine: string;
  };
  readonly images: readonly PredictionEntry[];
  /** What the labels of several images spell, broken ones left out; null for a single image. */
  readonly word: string | null;
  /** How many images could not be read. */
  readonly failed: number;
};

/**
 * Predicts the classes of images with a registered model. An image that cannot be decoded becomes an entry with an error.
 * @throws NotFoundError for a model or file that is not there, UsageError when the model must be named, DataError for an
 * unsafe or damaged archive or one without images.
 */
export async function predictImages(services: AppServices, request: PredictRequest): Promise<Predictions> {
  const { registry, project } = services;
  const model = await findModelVersion(registry.db, project.modelsDir, request.model ?? (await onlyChampion(services)));
  requireSignature(model.card);
  const predictor = await loadPredictor(model.folder);
  try {
    return await withImages({ ...request, cwd: services.cwd }, async (images) => {
      const entries: PredictionEntry[] = [];
      for (const image of images) {
        request.signal.throwIfAborted();
        entries.push(await predictImage(image, model, predictor, request.topK ?? DEFAULT_TOP_K));
      }
      const labels = entries.flatMap((entry) => ('label' in entry ? [entry.label] : []));
      return {
        model: {
          name: model.row.modelName,
          version: model.row.version,
          synthetic: model.card.synthetic,
          engine: predictor.engine,
        },
        images: entries,
        word: entries.length > 1 ? spellWord(labels) : null,
        failed: entries.length - labels.length,
      };
    });
  } finally {
    await predictor.dispose();
  }
}

const DEFAULT_TOP_K = 3;

async function onlyChampion({ registry }: AppServices): Promise<string> {
  const champions = (await listAliases(registry.db)).filter(({ alias }) => alias === 'champion');
  const names = champions.map(({ modelName }) => modelName);
  if (names.length === 1) return names[0]!;
  throw new UsageError(
    names.length === 0
      ? 'No model has a champion yet. Run `mlflow-ts run pipeline`, or name a version: --model NAME/VERSION.'
      : `Several models have a champion: ${names.join(', ')}. Say which: --model ${names[0]!}.`,
  );
}

async function predictImage(
  image: ImageToPredict,
  { row, card }: FoundModelVersion,
  predictor: Predictor,
  topK: number,
): Promise<PredictionEntry> {
  const place = { path: image.shownPath, modelVersion: `${row.modelName}/${row.version}` };
  const { input, output } = requireSignature(card);
  const decoded = await image
    .read()
    .then((bytes) => decodeImage(bytes, input))
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  if (decoded instanceof Error) return { ...place, error: decoded.message };
  const probabilities = await predictor.predict(decoded, 1);
  const ranked = output.classNames
    .map((label, index) => ({ label, probability: probabilities[index] ?? 0 }))
    .sort((left, right) => right.probability - left.probability);
  return { ...place, ...ranked[0]!, topK: ranked.slice(0, topK) };
}
