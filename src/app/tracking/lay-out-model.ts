import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NotFoundError, UsageError } from '../../core/errors.ts';
import type { ModelSignature } from '../../models/model-card.ts';
import { IMAGE_INPUT } from '../../training/onnx/forward.ts';
import { PROBABILITIES_OUTPUT } from '../../training/onnx/compile-inference.ts';
import { classifierRefusal } from '../../training/classifier.ts';
import { loadLayersModel } from '../../training/layers-files.ts';
import { LAYERS_FOLDER, ONNX_FILE } from '../../training/model-file-names.ts';
import { saveModelFiles } from '../../training/model-files.ts';
import { loadPredictor } from '../../training/predictor.ts';

/** A model's files as they are in a version's folder, and what it takes and gives when it is an image classifier. */
export type LaidOutModel = { readonly folder: string; readonly signature: ModelSignature | null };

export type ModelSource = {
  /** A folder or a file. */
  readonly path: string;
  /** In the order of the outputs. */
  readonly classNames: readonly string[] | undefined;
  readonly workDir: string;
};

/**
 * Lays a model's files out in a temporary folder for as long as `body` runs: a saved TensorFlow.js model gets its ONNX form
 * beside it, an ONNX file is called as predictors look for it, anything else is taken as it is.
 * @throws NotFoundError when nothing is there; UsageError when the class names are not as many as the classes.
 */
export async function withLaidOutModel<Result>(
  source: ModelSource,
  body: (model: LaidOutModel) => Promise<Result>,
): Promise<Result> {
  const found = await stat(source.path).catch((cause: unknown) => {
    throw new NotFoundError(`registerModel: there is no file or folder ${source.path}.`, { cause });
  });
  await mkdir(source.workDir, { recursive: true });
  const folder = await mkdtemp(join(source.workDir, 'model-'));
  try {
    return await body({ folder, signature: await layOut(source, found.isDirectory(), folder) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function layOut(source: ModelSource, isFolder: boolean, folder: string): Promise<ModelSignature | null> {
  const { path } = source;
  if (isFolder && (await isThere(join(path, 'model.json')))) return layOutLayers(source, folder);
  if (isFolder) await cp(path, folder, { recursive: true });
  else await cp(path, join(folder, path.endsWith('.onnx') ? ONNX_FILE : basename(path)));
  return signatureOf(folder, source);
}

async function layOutLayers(source: ModelSource, folder: string): Promise<ModelSignature | null> {
  const model = await loadLayersModel(source.path);
  if (classifierRefusal(model) !== undefined) {
    await cp(source.path, join(folder, LAYERS_FOLDER), { recursive: true });
    return null;
  }
  const classes = model.outputs[0]?.shape[1] ?? 0;
  await saveModelFiles(model, folder, { classNames: namesOf(source, classes) });
  return signatureOf(folder, source);
}

/** Null when no engine takes the files as an image classifier. */
async function signatureOf(folder: string, source: ModelSource): Promise<ModelSignature | null> {
  if (!(await isThere(join(folder, ONNX_FILE))) && !(await isThere(join(folder, LAYERS_FOLDER)))) return null;
  const predictor = await loadPredictor(folder).catch(() => undefined);
  if (predictor === undefined) return null;
  await predictor.dispose();
  const { height, width, channels } = predictor.image;
  if (height < 1 || width < 1 || predictor.classes < 1 || (channels !== 1 && channels !== 3)) return null;
  return {
    input: { name: IMAGE_INPUT, height, width, channels },
    output: { name: PROBABILITIES_OUTPUT, classNames: namesOf(source, predictor.classes) },
  };
}

function namesOf({ classNames }: ModelSource, classes: number): string[] {
  if (classNames === undefined) return Array.from({ length: classes }, (_, index) => String(index));
  if (classNames.length === classes) return [...classNames];
  throw new UsageError(
    `registerModel: the model tells ${classes} classes apart, but ${classNames.length} class names were given.`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
