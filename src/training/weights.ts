import type { LayersModel } from '@tensorflow/tfjs-layers';
import { loadTensorFlow } from './tensorflow.ts';

/** Copies of the model's weights, in the order of `model.weights`. */
export function copyWeights(model: LayersModel): Float32Array[] {
  return model.weights.map((weight) => Float32Array.from(weight.read().dataSync()));
}

/** Writes weights, in the order of `model.weights`, into the model. */
export async function writeWeights(model: LayersModel, weights: readonly Float32Array[]): Promise<void> {
  const { core } = await loadTensorFlow();
  core.tidy(() => {
    model.setWeights(model.weights.map(({ shape }, index) => core.tensor(weights[index]!, shape as number[])));
  });
}
