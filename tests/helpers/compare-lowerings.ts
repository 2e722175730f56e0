import type { LayersModel } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { dropoutMask } from '../../src/training/engines/dropout-mask.ts';
import type { SessionHost } from '../../src/training/engines/session-host.ts';
import type { TensorData, Tensors } from '../../src/training/engines/session-protocol.ts';
import { compileTrainingGraph } from '../../src/training/onnx/compile-training.ts';
import type { MapLowering } from '../../src/training/onnx/maps/create-maps.ts';
import { readModelGraph, type ModelGraph } from '../../src/training/onnx/model-graph.ts';
import { copyWeights } from '../../src/training/weights.ts';

/** What a training step computes: gradients of the weights that train, and what averages over batches become, by weight name. */
type Step = { readonly loss: number; readonly changes: ReadonlyMap<string, Float32Array> };

export type Comparison = {
  /** The tensor that differs most, by how much of its own norm, and how much would be allowed. */
  readonly worst: { readonly name: string; readonly difference: number; readonly allowed: number };
  readonly lossDifference: number;
  /** How many tensors passed only for what a rounding error of the weights does to them. */
  readonly judged: number;
  readonly tensors: number;
};

export type ComparedStep = {
  /** Channels a block. */
  readonly block: number;
  readonly rows: number;
  readonly seed: number;
  /** Whether the model normalises batches. */
  readonly normalises: boolean;
};

/** A power of two: multiplied by it, a gradient loses no digits, and next to it the weight it is taken from is nothing. */
const RATE = 2 ** 40;
const EXACT = 1e-5;
/** How many times what a rounding error of the weights does to the plain gradient is allowed where it is more than that. */
const ROUNDING_ERRORS = 8;

/**
 * One step of a model on plain maps and on blocks. Every tensor must agree to 1e-5 of its norm, or else to eight times what it
 * changes by on plain maps alone when all weights are changed by one rounding error: no float32 computation is closer than that.
 * Where batches are normalised, 1e-5 of the norm of all gradients together (for averages, of all averages) is enough: the gradient
 * of what comes before is then zero in part or as a whole, a rest of rounding errors in numbers of that size.
 */
export async function compareLowerings(
  host: SessionHost,
  model: LayersModel,
  { block, rows, seed, normalises }: ComparedStep,
): Promise<Comparison> {
  const graph = readModelGraph(model);
  const weights = copyWeights(model);
  const onPlain = await prepareStep(host, graph, { lowering: { kind: 'plain' }, rows, seed });
  const onBlocks = await prepareStep(host, graph, { lowering: { kind: 'blocked', block, batch: rows }, rows, seed });
  const plain = await onPlain(weights);
  const blocked = await onBlocks(weights);
  const names = [...plain.changes.keys()];
  const differences = names.map((name) => ({ name, difference: distance(blocked, plain, name), allowed: EXACT }));
  const inexact = differences.filter(({ difference }) => !(difference <= EXACT));
  const moved: Step[] = [];
  for (let jitter = 1; jitter <= 3 && inexact.length > 0; jitter += 1)
    moved.push(await onPlain(jittered(weights, jitter)));
  const judged = differences.map(({ name, difference, allowed }) => {
    const sensitivity = Math.max(0, ...moved.map((step) => distance(step, plain, name)));
    const floor = normalises ? (EXACT * normOfKind(plain, name)) / norm(plain.changes.get(name)!) : 0;
    return { name, difference, allowed: Math.max(allowed, floor, ROUNDING_ERRORS * sensitivity) };
  });
  const excess = ({ difference, allowed }: Comparison['worst']): number =>
    Number.isNaN(difference) ? Infinity : difference / allowed;
  return {
    worst: judged.toSorted((left, right) => excess(right) - excess(left))[0] ?? {
      name: 'none',
      difference: 0,
      allowed: EXACT,
    },
    lossDifference: Math.abs(blocked.loss - plain.loss) / Math.max(1, Math.abs(plain.loss)),
    judged: inexact.length,
    tensors: names.length,
  };
}

/** What is wrong, in a sentence; undefined when the two agree. */
export function complaintOf({ worst, lossDifference }: Comparison): string | undefined {
  if (!(lossDifference <= EXACT)) return `the losses differ by ${lossDifference}`;
  const { name, difference, allowed } = worst;
  if (difference <= allowed) return undefined;
  return `${name} differs by ${difference.toExponential(2)} of its norm, ${allowed.toExponential(2)} is allowed`;
}

/** Makes the session of one way to compute a step; what it gives runs it from these weights. */
async function prepareStep(
  host: SessionHost,
  graph: ModelGraph,
  { lowering, rows, seed }: { readonly lowering: MapLowering; readonly rows: number; readonly seed: number },
): Promise<(weights: readonly Float32Array[]) => Promise<Step>> {
  const training = compileTrainingGraph(graph, { optimizer: 'sgd', lowering });
  await host.create(lowering.kind, training.model, { optimization: 'extended', threads: 1 });
  const masks = training.masks.map(({ name, layer, rate, shape }): NamedTensor => {
    const data = dropoutMask(seed, 0, layer, rows * product(shape), rate);
    return [name, { type: 'uint8', data, shape: [rows, ...shape] }];
  });
  const scalars = Object.entries(training.scalars(RATE, 1)).map(([name, value]): NamedTensor => [
    name,
    { type: 'float32', data: Float32Array.of(value), shape: [] },
  ]);
  const fixed = { ...rowsOf(graph, rows, seed), ...Object.fromEntries([...masks, ...scalars]) };
  return async (weights) => {
    const state = graph.weights.map(({ name, shape }, index): NamedTensor => [
      name,
      { type: 'float32', data: weights[index]!, shape },
    ]);
    const outputs = await host.run(lowering.kind, { ...fixed, ...Object.fromEntries(state) });
    const changes = Object.entries(training.carry).map(
      ([output, name]) => [name, outputs[output]!.data as Float32Array] as const,
    );
    return { loss: outputs.loss!.data[0]!, changes: new Map(changes) };
  };
}

type NamedTensor = readonly [name: string, tensor: TensorData];

function rowsOf({ input, classes }: ModelGraph, rows: number, seed: number): Tensors {
  const random = seededRandom('rows', seed);
  return {
    image: {
      type: 'uint8',
      data: Uint8Array.from({ length: rows * product(input) }, () => random.integer(256)),
      shape: [rows, ...input],
    },
    labels: { type: 'int32', data: Int32Array.from({ length: rows }, () => random.integer(classes)), shape: [rows] },
  };
}

/** Every weight moved up or down by one part in 2²³. */
function jittered(weights: readonly Float32Array[], seed: number): Float32Array[] {
  const random = seededRandom('jitter', seed);
  return weights.map((values) => values.map((value) => value * (1 + (random.next() < 0.5 ? -1 : 1) * 2 ** -23)));
}

function distance(left: Step, right: Step, name: string): number {
  const [actual, expected] = [left, right].map(({ changes }) => changes.get(name)!);
  const difference = norm(expected!.map((value, at) => actual![at]! - value));
  return difference === 0 ? 0 : difference / norm(expected!);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}

/** Of all gradients, or of all averages over batches. */
function normOfKind({ changes }: Step, name: string): number {
  const alike = [...changes].filter(([other]) => other.includes('/moving_') === name.includes('/moving_'));
  return Math.hypot(...alike.map(([, values]) => norm(values)));
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}
