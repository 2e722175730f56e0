import type { LayersModel } from '@tensorflow/tfjs-layers';
import { seededRandom, type SeededRandom } from '../core/seeded-random.ts';
import type { Layer, TensorFlow } from './tensorflow.ts';

/**
 * Overwrites every kernel of the model with seeded random values, every bias and β with zero, every γ with one, and the averages
 * of a batch normalisation with mean 0 and variance 1; other weights keep what their layer gave them. Kernels before a ReLU are
 * He-uniform (arXiv 1502.01852), others Glorot-uniform (Glorot and Bengio 2010). Each kernel has a stream of its own.
 */
export function initialiseWeights(tf: TensorFlow, model: LayersModel, seed: number): void {
  const layers = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  layers.forEach((layer, index) => {
    const rectified = isRectified(layer);
    const values = layer.weights.map((weight) => {
      const role = weightRole(weight.originalName);
      if (ZEROS.has(role)) return tf.core.zerosLike(weight.read());
      if (ONES.has(role)) return tf.core.onesLike(weight.read());
      if (!role.endsWith('kernel')) return weight.read().clone();
      const shape = weight.shape.map((dimension) => dimension ?? 1);
      const random = seededRandom(seed, 'initial-weights', index, role);
      const { fanIn, fanOut } = role === 'depthwise_kernel' ? depthwiseFans(shape) : kernelFans(shape);
      const limit = rectified ? Math.sqrt(6 / fanIn) : Math.sqrt(6 / (fanIn + fanOut));
      return tf.core.tensor(uniformKernel(product(shape), limit, random), shape, 'float32');
    });
    layer.setWeights(values);
    tf.core.dispose(values);
  });
}

const ZEROS: ReadonlySet<string> = new Set(['bias', 'beta', 'moving_mean']);
const ONES: ReadonlySet<string> = new Set(['gamma', 'moving_variance']);

/** What a weight is to its layer: `kernel` of `conv1/kernel`. */
export function weightRole(originalName: string): string {
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}

/** Whether a layer's output goes through a ReLU, at once or after a batch normalisation. */
function isRectified(layer: Layer): boolean {
  const { activation } = layer.getConfig();
  if (typeof activation === 'string' && activation !== 'linear') return RELUS.has(activation);
  return layer.outboundNodes.some(({ outboundLayer: next }) => {
    switch (next.getClassName()) {
      case 'ReLU':
        return true;
      case 'Activation':
      case 'BatchNormalization':
        return isRectified(next);
      default:
        return false;
    }
  });
}

const RELUS: ReadonlySet<string> = new Set(['relu', 'relu6']);

/** How many inputs an output sees, and how many outputs an input reaches. */
type Fans = { readonly fanIn: number; readonly fanOut: number };

/** Of a kernel `[…places, inputs, outputs]`. */
function kernelFans(shape: readonly number[]): Fans {
  const places = product(shape.slice(0, -2));
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  return { fanIn: places * inputs, fanOut: places * outputs };
}

/** Of a kernel `[height, width, channels, multiplier]` in which each channel is by itself. */
function depthwiseFans(shape: readonly number[]): Fans {
  const places = product(shape.slice(0, -2));
  return { fanIn: places, fanOut: places * (shape.at(-1) ?? 1) };
}

function uniformKernel(length: number, limit: number, random: SeededRandom): Float32Array {
  return Float32Array.from({ length }, () => random.uniform(-limit, limit));
}

function product(factors: readonly number[]): number {
  return factors.reduce((result, factor) => result * factor, 1);
}
