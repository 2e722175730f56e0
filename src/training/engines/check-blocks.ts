import { seededRandom, type SeededRandom } from '../../core/seeded-random.ts';
import { compileTrainingGraph, type TrainingGraph } from '../onnx/compile-training.ts';
import type { MapLowering } from '../onnx/maps/create-maps.ts';
import type { ModelGraph, ModelNode } from '../onnx/model-graph.ts';
import type { SessionHost } from './session-host.ts';
import type { TensorData, Tensors } from './session-protocol.ts';

/**
 * Takes one training step of a small network on blocks and one in ONNX's own layout: they must agree.
 * @returns what is wrong, in half a sentence; undefined when nothing is.
 */
export async function checkBlocks(host: SessionHost, block: number): Promise<string | undefined> {
  const step = async (lowering: MapLowering): Promise<Tensors> => {
    const training = compileTrainingGraph(NETWORK, { lowering });
    await host.create(lowering.kind, training.model, { optimization: 'extended', threads: 1 });
    return host.run(lowering.kind, checkFeeds(training));
  };
  try {
    const [expected, actual] = [await step({ kind: 'plain' }), await step({ kind: 'blocked', block, batch: BATCH })];
    const wrong = Object.keys(expected).find((name) => !agree(expected[name]!, actual[name]));
    return wrong === undefined ? undefined : `blocked convolutions gave another '${wrong}' than plain ones in a check`;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return `blocked convolutions failed in a check: ${reason}`;
  }
}

const BATCH = 16;
/** Far above what the order of additions changes, far below what a wrong recipe gives. */
const TOLERANCE = 1e-3;

function agree(expected: TensorData, actual: TensorData | undefined): boolean {
  if (actual?.data.length !== expected.data.length) return false;
  const square = (values: number[]): number => values.reduce((sum, value) => sum + value * value, 0);
  const differences = Array.from(expected.data, (value, index) => value - actual.data[index]!);
  return square(differences) <= TOLERANCE ** 2 * square(Array.from(expected.data)) + Number.MIN_VALUE;
}

const KERNEL = { kernelSize: [3, 3], useBias: true, padding: 'same', activation: 'tanh' };
const NORMALISE = { axis: -1, momentum: 0.9, epsilon: 1e-3, center: true, scale: true };

/** Each of the recipes once: maps that are no whole blocks, strides, channel by channel, statistics, pools, 1×1. */
const NETWORK: ModelGraph = {
  name: 'check',
  input: [12, 12, 3],
  classes: 3,
  logits: 'dense',
  head: 'softmax',
  ...chain([
    ['input', 'InputLayer', {}, [12, 12, 3], {}],
    ['scale', 'Rescaling', { scale: 1 / 128, offset: -1 }, [12, 12, 3], {}],
    ['first', 'Conv2D', { ...KERNEL, strides: 1 }, [12, 12, 20], { kernel: [3, 3, 3, 20], bias: [20] }],
    ['pool', 'MaxPooling2D', { poolSize: 2, strides: 2, padding: 'valid' }, [6, 6, 20], {}],
    ['second', 'Conv2D', { ...KERNEL, strides: 2 }, [3, 3, 24], { kernel: [3, 3, 20, 24], bias: [24] }],
    ['each', 'DepthwiseConv2D', { ...KERNEL, strides: 1 }, [3, 3, 24], { depthwise_kernel: [3, 3, 24, 1], bias: [24] }],
    ['mix', 'Conv2D', { ...KERNEL, kernelSize: 1, strides: 1 }, [3, 3, 16], { kernel: [1, 1, 24, 16], bias: [16] }],
    [
      'normal',
      'BatchNormalization',
      NORMALISE,
      [3, 3, 16],
      { gamma: [16], beta: [16], moving_mean: [16], moving_variance: [16] },
    ],
    ['mean', 'GlobalAveragePooling2D', {}, [16], {}],
    ['dense', 'Dense', { useBias: true, activation: 'linear' }, [3], { kernel: [16, 3], bias: [3] }],
  ]),
};

type Link = readonly [
  name: string,
  className: string,
  config: object,
  outputShape: readonly number[],
  weights: Readonly<Record<string, readonly number[]>>,
];

function chain(links: readonly Link[]): Pick<ModelGraph, 'nodes' | 'weights'> {
  const nodes = links.map(([name, className, config, outputShape, weights], index): ModelNode => {
    const [before] = links[index - 1] ?? [];
    return {
      ...{ name, className, config, outputShape, trainable: true },
      inputs: before === undefined ? [] : [before],
      weights: Object.entries(weights).map(([role, shape]) => ({
        ...{ name: `${name}/${role}`, role, shape },
        trainable: !role.startsWith('moving'),
      })),
    };
  });
  return { nodes, weights: nodes.flatMap(({ weights }) => weights) };
}

function checkFeeds({ weights, slots, scalars }: TrainingGraph): Tensors {
  const random = seededRandom('check of blocked kernels');
  const pixels = Uint8Array.from({ length: BATCH * 12 * 12 * 3 }, () => random.integer(256));
  const state: (readonly [string, TensorData])[] = [
    ...weights.map(({ name, shape }) => [name, floats(shape, () => startingValue(name, random))] as const),
    ...slots.map(({ name, shape }) => [name, floats(shape, () => 0)] as const),
    ...Object.entries(scalars(1e-3, 1)).map(([name, value]) => [name, floats([], () => value)] as const),
  ];
  return {
    image: { type: 'uint8', shape: [BATCH, 12, 12, 3], data: pixels },
    labels: { type: 'int32', shape: [BATCH], data: Int32Array.from({ length: BATCH }, (_, index) => index % 3) },
    ...Object.fromEntries(state),
  };
}

function startingValue(name: string, random: SeededRandom): number {
  return name.endsWith('moving_variance') || name.endsWith('gamma') ? 1 : random.uniform(-0.3, 0.3);
}

function floats(shape: readonly number[], value: () => number): TensorData {
  const length = shape.reduce((product, size) => product * size, 1);
  return { type: 'float32', shape, data: Float32Array.from({ length }, value) };
}
