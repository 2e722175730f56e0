import type { LayersModel } from '@tensorflow/tfjs-layers';
import { seededRandom, type SeededRandom } from '../core/seeded-random.ts';
import type { TensorFlow } from './tensorflow.ts';

/**
 * Overwrites every kernel of the model with seeded random values and every bias with zero; other weights keep what
 * their layer gave them. Kernels before a ReLU are He-uniform (arXiv 1502.01852), others Glorot-uniform (Glorot and
 * Bengio 2010). Each kernel has a stream of its own, so that adding a layer does not change the others.
 */
export function initialiseWeights(tf: TensorFlow, model: LayersModel, seed: number): void {
  model.layers.forEach((layer, index) => {
    const relu = layer.getConfig().activation === 'relu';
    const values = layer.weights.map((weight) => {
      const role = weightRole(weight.originalName);
      if (role === 'bias') return tf.core.zerosLike(weight.read());
      if (!role.endsWith('kernel')) return weight.read().clone();
      const shape = weight.shape.map((dimension) => dimension ?? 1);
      const random = seededRandom(seed, 'initial-weights', index, role);
      return tf.core.tensor(uniformKernel(shape, relu, random), shape, 'float32');
    });
    layer.setWeights(values);
    tf.core.dispose(values);
  });
}

/** What a weight is to its layer: `kernel` of `conv1/kernel`. */
export function weightRole(originalName: string): string {
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}

function uniformKernel(shape: readonly number[], relu: boolean, random: SeededRandom): Float32Array {
  const size = product(shape);
  const outputs = shape.at(-1) ?? 1;
  const field = product(shape.slice(0, -2));
  const fanIn = size / outputs;
  const fanOut = field * outputs;
  const limit = relu ? Math.sqrt(6 / fanIn) : Math.sqrt(6 / (fanIn + fanOut));
  return Float32Array.from({ length: size }, () => random.uniform(-limit, limit));
}

function product(factors: readonly number[]): number {
  return factors.reduce((result, factor) => result * factor, 1);
}
