import type { Layer, TensorFlow } from '../tensorflow.ts';

/**
 * Averages follow the batches with the share 0.1, PyTorch's default: trainings of a few hundred steps are too short for Keras's
 * 0.01. ε as in Keras.
 */
const NORMALISATION = { momentum: 0.9, epsilon: 1e-3 } as const;

type Convolution = {
  readonly name: string;
  /** Absent: each channel by itself. */
  readonly filters?: number;
  readonly kernelSize?: number;
  readonly strides?: number;
};

/**
 * A convolution that keeps the size (or divides it by its stride), batch normalisation and the activation: layers `NAME`,
 * `NAME-norm` and `NAME-relu`. The convolution has no bias, the normalisation would take it away again.
 */
export function normalisedConvolution(
  { layers: { layers } }: TensorFlow,
  { name, filters, kernelSize = 3, strides = 1 }: Convolution,
  activation: 'relu' | 'relu6' | 'linear',
): Layer[] {
  const shared = { name, kernelSize, strides, padding: 'same', useBias: false } as const;
  const convolution =
    filters === undefined
      ? layers.depthwiseConv2d({ ...shared, depthwiseInitializer: 'zeros' })
      : layers.conv2d({ ...shared, filters, kernelInitializer: 'zeros' });
  const normalisation = layers.batchNormalization({ name: `${name}-norm`, ...NORMALISATION });
  if (activation === 'linear') return [convolution, normalisation];
  const relu = { name: `${name}-relu`, ...(activation === 'relu6' ? { maxValue: 6 } : {}) };
  return [convolution, normalisation, layers.reLU(relu)];
}
