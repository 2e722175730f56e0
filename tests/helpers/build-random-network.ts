import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { initialiseWeights } from '../../src/training/initial-weights.ts';
import type { Layer, TensorFlow } from '../../src/training/tensorflow.ts';
import { normalisesBatches, type RandomNetwork, type Step } from './random-networks.ts';

/** What larger maps would only cost time. */
const LARGEST_SIDE = 20;
const MOST_CHANNELS = 80;

type Scene = { readonly tf: TensorFlow; readonly isSmooth: boolean };

/** The network as a model with seeded weights. */
export function buildRandomNetwork(tf: TensorFlow, network: RandomNetwork): LayersModel {
  const { layers } = tf.layers;
  const scene: Scene = { tf, isSmooth: normalisesBatches(network) };
  const input = tf.layers.input({ shape: [...network.image], name: 'image' });
  const pixels = through(layers.rescaling({ name: 'scale', scale: 1 / 128, offset: -1 }), input);
  const maps = grow(scene, pixels, network.steps, 'step');
  const flat = through(endOf(scene, network.end), maps);
  const hidden =
    network.units > 0
      ? through(layers.dense({ name: 'hidden', units: network.units, activation: 'tanh' }), flat)
      : flat;
  const head = layers.dense({ name: 'classes', units: network.classes, activation: 'softmax' });
  const model = tf.layers.model({ name: 'random', inputs: input, outputs: through(head, hidden) });
  initialiseWeights(tf, model, network.seed);
  return model;
}

function grow(scene: Scene, input: SymbolicTensor, steps: readonly Step[], path: string): SymbolicTensor {
  return steps.reduce((maps, step, index) => apply(scene, maps, step, `${path}${index}`), input);
}

function apply(scene: Scene, maps: SymbolicTensor, step: Step, name: string): SymbolicTensor {
  const grower = GROWERS[step.kind] as (scene: Scene, maps: SymbolicTensor, step: Step, name: string) => SymbolicTensor;
  return grower(scene, maps, step, name);
}

type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;
type Growers = {
  readonly [Kind in Step['kind']]: (
    scene: Scene,
    maps: SymbolicTensor,
    step: StepOf<Kind>,
    name: string,
  ) => SymbolicTensor;
};

const GROWERS: Growers = {
  conv: convolve,
  depthwise: convolve,
  separable: convolve,
  maxPool: pool,
  averagePool: pool,
  normalise: ({ tf }, maps, { center, scale, frozen }, name) =>
    through(tf.layers.layers.batchNormalization({ name, center, scale, trainable: !frozen, momentum: 0.9 }), maps),
  activation: (scene, maps, { activation }, name) => activated(scene, maps, activation, name),
  dropout: ({ tf }, maps, { rate }, name) => through(tf.layers.layers.dropout({ name, rate }), maps),
  pad: ({ tf }, maps, { pads: [top, bottom, left, right] }, name) => {
    const padding: [[number, number], [number, number]] = [
      [top, bottom],
      [left, right],
    ];
    return through(tf.layers.layers.zeroPadding2d({ name, padding }), maps);
  },
  upsample: ({ tf }, maps, { size }, name) => {
    const isTooLarge = placesOf(maps).some((length, axis) => length * size[axis]! > LARGEST_SIDE);
    return isTooLarge ? maps : through(tf.layers.layers.upSampling2d({ name, size: [...size] }), maps);
  },
  gate,
  shared: share,
  nested: nest,
  merge,
};

function pool(scene: Scene, maps: SymbolicTensor, step: StepOf<'maxPool' | 'averagePool'>, name: string) {
  const { layers } = scene.tf.layers;
  const options = { name, poolSize: fitting(step.size, maps), strides: step.strides, padding: step.padding };
  const isMax = step.kind === 'maxPool' && !scene.isSmooth;
  return through(isMax ? layers.maxPooling2d(options) : layers.averagePooling2d(options), maps);
}

function convolve(
  scene: Scene,
  maps: SymbolicTensor,
  step: StepOf<'conv' | 'depthwise' | 'separable'>,
  name: string,
): SymbolicTensor {
  const { layers } = scene.tf.layers;
  const [height, width] = placesOf(maps);
  const kernelSize = fitting(step.size, maps);
  // TensorFlow.js has no convolution that is both strided and dilated, and forgets the dilation of depthwise ones.
  const reach = Math.max(...kernelSize.map((size) => (size - 1) * step.dilation + 1));
  const fits = step.padding === 'same' || reach <= Math.min(height, width);
  const dilationRate = step.kind === 'conv' && step.strides === 1 && fits ? step.dilation : 1;
  const { strides, padding, useBias, filters, frozen } = step;
  const shared = { name, kernelSize, strides, padding, dilationRate, useBias, trainable: !frozen };
  const depthMultiplier = channelsOf(maps) * step.multiplier > MOST_CHANNELS ? 1 : step.multiplier;
  const layer = {
    conv: () => layers.conv2d({ ...shared, filters }),
    depthwise: () => layers.depthwiseConv2d({ ...shared, depthMultiplier }),
    separable: () => layers.separableConv2d({ ...shared, filters, depthMultiplier }),
  }[step.kind]();
  return activated(scene, through(layer, maps), step.activation, `${name}-activation`);
}

/** With statistics of batches only smooth functions can be compared: a rounding error turns the kink of others around. */
const SMOOTH: Readonly<Record<string, string>> = {
  ...{ relu: 'tanh', relu6: 'sigmoid', leakyRelu: 'swish', hardSwish: 'swish', elu: 'tanh' },
};

function activated({ tf, isSmooth }: Scene, maps: SymbolicTensor, wanted: string, name: string): SymbolicTensor {
  const { layers } = tf.layers;
  const activation = isSmooth ? (SMOOTH[wanted] ?? wanted) : wanted;
  if (activation === 'leakyRelu') return through(layers.leakyReLU({ name, alpha: 0.2 }), maps);
  if (activation === 'hardSwish') return through(tf.hardSwish({ name }), maps);
  return through(layers.activation({ name, activation: activation as 'relu' }), maps);
}

/** Squeeze and excitation (arXiv 1709.01507) with one layer: each channel times a number made of all channels' means. */
function gate(scene: Scene, maps: SymbolicTensor, { activation }: StepOf<'gate'>, name: string): SymbolicTensor {
  const { layers } = scene.tf.layers;
  const channels = channelsOf(maps);
  const means = through(layers.globalAveragePooling2d({ name: `${name}-mean` }), maps);
  const dense = through(layers.dense({ name: `${name}-dense`, units: channels }), means);
  const factors = activated(scene, dense, activation, `${name}-activation`);
  const places = through(layers.reshape({ name: `${name}-places`, targetShape: [1, 1, channels] }), factors);
  return layers.multiply({ name }).apply([maps, places]) as SymbolicTensor;
}

/** One convolution, used twice. */
function share(scene: Scene, maps: SymbolicTensor, { size, activation }: StepOf<'shared'>, name: string) {
  const options = { name, filters: channelsOf(maps), kernelSize: size, padding: 'same' } as const;
  const layer = scene.tf.layers.layers.conv2d(options);
  const once = activated(scene, through(layer, maps), activation, `${name}-activation`);
  return through(layer, once);
}

function nest(scene: Scene, maps: SymbolicTensor, { steps, frozen }: StepOf<'nested'>, name: string) {
  const input = scene.tf.layers.input({ shape: maps.shape.slice(1), name: `${name}-input` });
  const model = scene.tf.layers.model({ name, inputs: input, outputs: grow(scene, input, steps, 'inner') });
  model.trainable = !frozen;
  return model.apply(maps) as SymbolicTensor;
}

function merge(scene: Scene, maps: SymbolicTensor, { how, steps }: StepOf<'merge'>, name: string) {
  const { layers } = scene.tf.layers;
  const branch = grow(scene, maps, steps, `${name}-inner`);
  const isAsLarge = placesOf(branch).join() === placesOf(maps).join();
  const isAsDeep = channelsOf(branch) === channelsOf(maps);
  const fits =
    how === 'concat' ? isAsLarge && channelsOf(branch) + channelsOf(maps) <= MOST_CHANNELS : isAsLarge && isAsDeep;
  if (!fits) return branch;
  const layer = { add: layers.add, multiply: layers.multiply, concat: layers.concatenate }[how]({ name });
  return layer.apply([branch, maps]) as SymbolicTensor;
}

function endOf({ tf, isSmooth }: Scene, end: RandomNetwork['end']): Layer {
  const { layers } = tf.layers;
  if (end === 'flatten') return layers.flatten({ name: 'end' });
  return end === 'max' && !isSmooth
    ? layers.globalMaxPooling2d({ name: 'end' })
    : layers.globalAveragePooling2d({ name: 'end' });
}

function through(layer: Layer, input: SymbolicTensor): SymbolicTensor {
  return layer.apply(input) as SymbolicTensor;
}

function placesOf({ shape }: SymbolicTensor): [number, number] {
  return [shape[1] ?? 1, shape[2] ?? 1];
}

function channelsOf({ shape }: SymbolicTensor): number {
  return shape.at(-1) ?? 1;
}

function fitting(size: readonly [number, number], maps: SymbolicTensor): [number, number] {
  const [height, width] = placesOf(maps);
  return [Math.min(size[0], height), Math.min(size[1], width)];
}
