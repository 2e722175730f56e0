import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { DataError, EnvironmentError } from '../core/errors.ts';
import { classifierShape } from './classifier.ts';
import { CPU_HANDICAP, predictOnCpu } from './engines/cpu-engine.ts';
import { findOnnxRuntime, type AvailableRuntime, type OnnxRuntime } from './engines/onnx-runtime.ts';
import { startSessionHost } from './engines/session-host.ts';
import type { EngineName } from './engines/training-engine.ts';
import { bytesPerImage, describeShape, type ImageShape } from './image-shape.ts';
import { loadLayersModel } from './layers-files.ts';
import { LAYERS_FOLDER, ONNX_FILE } from './model-file-names.ts';
import { compileInferenceGraph, PROBABILITIES_OUTPUT } from './onnx/compile-inference.ts';
import { IMAGE_INPUT } from './onnx/forward.ts';
import { readModelGraph } from './onnx/model-graph.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { copyWeights } from './weights.ts';

/** A trained model in use. */
export interface Predictor {
  readonly engine: EngineName;
  /** Why this engine, in a sentence. */
  readonly reason: string;
  readonly image: ImageShape;
  readonly classes: number;
  /**
   * Probabilities `[count, classes]` of uint8 images `[count, height, width, channels]`.
   * @throws DataError when the bytes are not `count` images of this size.
   */
  predict(images: Uint8Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

type PredictorOptions = { readonly threads?: number };

type LoadOptions = PredictorOptions & {
  /** Default: the one that is installed. */
  readonly runtime?: OnnxRuntime;
};

/**
 * Opens the files of `saveModelFiles`: the ONNX file with ONNX Runtime in a worker thread, or the TensorFlow.js files
 * where there is no ONNX file or the native library is missing.
 * @throws DataError when the files are missing or damaged, EnvironmentError when only ONNX Runtime could execute them and there is none.
 */
export async function loadPredictor(folder: string, options: LoadOptions = {}): Promise<Predictor> {
  const runtime = options.runtime ?? (await findOnnxRuntime());
  const onnx = join(folder, ONNX_FILE);
  const hasOnnx = await isThere(onnx);
  if (runtime.kind === 'available' && hasOnnx) return onnxPredictor(await readFile(onnx), folder, runtime, options);
  const reason = runtime.kind === 'missing' ? runtime.reason : `there is no ${ONNX_FILE} in ${folder}`;
  const layers = join(folder, LAYERS_FOLDER);
  if (hasOnnx && !(await isThere(layers)))
    throw onlyOnnx(onnx, `there is no ${LAYERS_FOLDER} folder beside it`, reason);
  const model = await loadLayersModel(layers);
  if (classifierShape(model).input.length === 3) return cpuPredictor(model, reason);
  if (hasOnnx) throw onlyOnnx(onnx, `${LAYERS_FOLDER} beside it is the head alone, without the backbone`, reason);
  throw new DataError(
    `${layers} takes no images; with its backbone it was in ${ONNX_FILE}, which is missing from ${folder}. ` +
      'Restore the file or train the model again.',
  );
}

function onlyOnnx(file: string, because: string, reason: string): EnvironmentError {
  return new EnvironmentError(
    `The model ${file} can only be executed by ONNX Runtime (${because}), and ${reason}. ` +
      'Run `npm install onnxruntime-node`, or `npm install onnxruntime-web` where that has no binary; `mlflow-ts doctor` tells whether it loads.',
  );
}

/** A predictor for a model in memory, as it is now: later changes of its weights are not seen by the ONNX form. */
export async function createPredictor(model: LayersModel, options: PredictorOptions = {}): Promise<Predictor> {
  const runtime = await findOnnxRuntime();
  if (runtime.kind === 'missing') return cpuPredictor(model, runtime.reason);
  try {
    const onnx = compileInferenceGraph(readModelGraph(model), { weights: copyWeights(model) });
    return await onnxPredictor(onnx, model.name, runtime, options);
  } catch (error) {
    return cpuPredictor(model, error instanceof Error ? error.message : String(error));
  }
}

async function onnxPredictor(
  onnx: Uint8Array,
  from: string,
  runtime: AvailableRuntime,
  { threads = 1 }: PredictorOptions,
): Promise<Predictor> {
  const host = startSessionHost(runtime.name);
  try {
    const ports = await host.create('model', onnx, { optimization: 'all', threads });
    const [, height = 0, width = 0, channels = 0] = (ports[IMAGE_INPUT] ?? []).map(Number);
    const image = { height, width, channels };
    return {
      engine: 'onnx',
      reason: runtime.version,
      image,
      classes: Number(ports[PROBABILITIES_OUTPUT]?.[1] ?? 0),
      predict: async (images, count) => {
        requireImages(images, count, image);
        const outputs = await host.run('model', {
          [IMAGE_INPUT]: { type: 'uint8', data: images, shape: [count, height, width, channels] },
        });
        return outputs[PROBABILITIES_OUTPUT]?.data as Float32Array;
      },
      dispose: () => host.close(),
    };
  } catch (error) {
    await host.close();
    throw new DataError(`The ONNX model of ${from} cannot be used: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}

async function cpuPredictor(model: LayersModel, reason: string): Promise<Predictor> {
  const tf = await loadTensorFlow();
  const { input, classes } = classifierShape(model);
  const [height = 0, width = 0, channels = 0] = input;
  const image = { height, width, channels };
  return {
    engine: 'cpu',
    reason: `the cpu engine is used, ${CPU_HANDICAP}: ${reason}`,
    image,
    classes,
    predict: (images, count) =>
      Promise.resolve().then(() => {
        requireImages(images, count, image);
        return predictOnCpu(tf, model, images, count);
      }),
    dispose: () => Promise.resolve(),
  };
}

function requireImages(images: Uint8Array, count: number, image: ImageShape): void {
  if (images.length === count * bytesPerImage(image)) return;
  throw new DataError(
    `The model takes ${describeShape(image)} images: ${count} of them are ${count * bytesPerImage(image)} bytes, received ${images.length}.`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
