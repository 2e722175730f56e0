import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../core/errors.ts';
import { classifierGraph, type BackboneGraph } from './backbones/feature-graph.ts';
import { classifierShape } from './classifier.ts';
import { saveLayersModel } from './layers-files.ts';
import { LAYERS_FOLDER, ONNX_FILE } from './model-file-names.ts';
import { compileInferenceGraph } from './onnx/compile-inference.ts';
import { readModelGraph } from './onnx/model-graph.ts';
import { copyWeights } from './weights.ts';

/** What was written, as paths inside the folder; when there is no ONNX file, the reason. */
export type SavedModelFiles = { readonly files: readonly string[]; readonly withoutOnnx?: string };

/**
 * Writes a model into a folder: `layers/model.json` and `layers/weights.bin` for TensorFlow.js, and `model.onnx` for
 * everything else: input `image` uint8 `[N, height, width, channels]`, output `probabilities` float32 `[N, classes]`,
 * scaling inside, class names as metadata. Of a head on the features of a backbone the TensorFlow.js files hold the head alone,
 * the ONNX file both. A layer without an ONNX form leaves the ONNX file out.
 */
export async function saveModelFiles(
  model: LayersModel,
  folder: string,
  { classNames, backbone }: { readonly classNames: readonly string[]; readonly backbone?: BackboneGraph },
): Promise<SavedModelFiles> {
  await mkdir(folder, { recursive: true });
  await saveLayersModel(model, join(folder, LAYERS_FOLDER));
  const files = [`${LAYERS_FOLDER}/model.json`, `${LAYERS_FOLDER}/weights.bin`];
  try {
    const metadata = { classNames: JSON.stringify(classNames) };
    const own = compileInferenceGraph(readModelGraph(model), { weights: copyWeights(model), metadata });
    const { classes } = classifierShape(model);
    const onnx = backbone === undefined ? own : classifierGraph(backbone, own, { classes, metadata });
    await writeFile(join(folder, ONNX_FILE), onnx);
    return { files: [...files, ONNX_FILE] };
  } catch (error) {
    // A head without its backbone predicts nothing: then there is no model.
    if (error instanceof TrainingError && backbone === undefined) return { files, withoutOnnx: error.message };
    throw error;
  }
}
