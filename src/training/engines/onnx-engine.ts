import type { LayersModel } from '@tensorflow/tfjs-layers';
import { MlflowTsError, TrainingError } from '../../core/errors.ts';
import type { Examples, Rows } from '../../core/samples.ts';
import { requireTrainable } from '../classifier.ts';
import { lossOf } from '../losses/loss.ts';
import { compileInferenceGraph, PROBABILITIES_OUTPUT } from '../onnx/compile-inference.ts';
import { compileTrainingGraph, type TrainingGraph } from '../onnx/compile-training.ts';
import { inputName } from '../onnx/forward.ts';
import type { MapLowering } from '../onnx/maps/create-maps.ts';
import { readModelGraph, type ModelGraph } from '../onnx/model-graph.ts';
import { copyWeights } from '../weights.ts';
import { dropoutMask } from './dropout-mask.ts';
import type { BlockKernels } from './block-kernels.ts';
import { createGraphSessions, type GraphSessions } from './graph-sessions.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import { openLocalSessionHost } from './local-session-host.ts';
import { startSessionHost, type SessionHost } from './session-host.ts';
import type { TensorData, Tensors } from './session-protocol.ts';
import type { StateTensor, Trainer, TrainerOptions, TrainingEngine } from './training-engine.ts';
import { requireFittingState } from './trainer-state.ts';

/**
 * Compiles the model to one ONNX graph a training step and runs it with ONNX Runtime in a worker thread; weights and
 * the optimiser's slots stay there until they are read. The event loop of the calling thread stays free; a head on features is so
 * small that it is trained in that thread, which is free between steps.
 */
export function createOnnxEngine(runtime: OnnxRuntime, kernels: BlockKernels = NO_BLOCKS): TrainingEngine {
  return {
    name: 'onnx',
    version: runtime.kind === 'available' ? runtime.version : 'none',
    ...mannerOf(runtime, kernels),
    ...(runtime.kind === 'missing' ? { absence: runtime.reason } : {}),
    refusal: (model) => Promise.resolve(runtime.kind === 'missing' ? runtime.reason : compileRefusal(model)),
    createTrainer: async (model, options) => {
      if (runtime.kind === 'missing') throw new TrainingError(`Engine onnx: ${runtime.reason}.`);
      requireTrainable(model, lossOf(options).name);
      const graph = readModelGraph(model);
      const training = compileTrainingGraph(graph, { ...options, lowering: { kind: 'plain' } });
      const host = isLight(graph) ? await openLocalSessionHost(runtime.name) : startSessionHost(runtime.name);
      try {
        await load(host, model, graph, training);
        return createOnnxTrainer(
          host,
          { graph, training, sessions: openSessions(host, graph, kernels, options) },
          options,
        );
      } catch (error) {
        await host.close();
        throw error;
      }
    },
  };
}

/** A head on features: a step of a usual batch takes a millisecond or a few. */
function isLight({ input, weights }: ModelGraph): boolean {
  const numbers = weights.reduce((sum, { shape }) => sum + size(shape), 0);
  return input.length === 1 && numbers <= MOST_LIGHT_WEIGHTS;
}

const MOST_LIGHT_WEIGHTS = 250_000;

const NO_BLOCKS: BlockKernels = { kind: 'plain', reason: 'no blocks were asked for' };

function mannerOf(runtime: OnnxRuntime, kernels: BlockKernels): Pick<TrainingEngine, 'manner' | 'handicap'> {
  if (kernels.kind === 'blocked') return { manner: `on blocks of ${kernels.block} channels` };
  const native = runtime.kind === 'available' && runtime.because === undefined;
  const slower = native ? 'up to three times slower than on blocks' : 'three to six times slower than native code';
  const because = runtime.kind === 'available' ? (runtime.because ?? kernels.reason) : kernels.reason;
  return { manner: 'on plain maps', handicap: `${slower}, because ${because}` };
}

function compileRefusal(model: LayersModel): string | undefined {
  try {
    compileTrainingGraph(readModelGraph(model), { loss: 'mse', lowering: { kind: 'plain' } });
    return undefined;
  } catch (error) {
    if (error instanceof MlflowTsError) return error.message;
    throw error;
  }
}

type Sessions = { readonly training: GraphSessions; readonly prediction: GraphSessions };

function openSessions(host: SessionHost, graph: ModelGraph, kernels: BlockKernels, options: TrainerOptions): Sessions {
  const sessionOptions = { optimization: 'extended', threads: options.threads } as const;
  const compileStep = (lowering: MapLowering) => compileTrainingGraph(graph, { ...options, lowering }).model;
  const compilePrediction = (lowering: MapLowering) => compileInferenceGraph(graph, { lowering });
  return {
    training: createGraphSessions(host, kernels, { name: 'training', compile: compileStep }, sessionOptions),
    prediction: createGraphSessions(host, kernels, { name: 'prediction', compile: compilePrediction }, sessionOptions),
  };
}

async function load(host: SessionHost, model: LayersModel, graph: ModelGraph, training: TrainingGraph): Promise<void> {
  const values = copyWeights(model);
  const weights = graph.weights.map(({ name, shape }, index) => [name, floats(values[index]!, shape)] as const);
  const slots = training.slots.map(({ name, shape }) => [name, floats(new Float32Array(size(shape)), shape)] as const);
  await host.store(Object.fromEntries([...weights, ...slots]));
}

function createOnnxTrainer(
  host: SessionHost,
  { graph, training, sessions }: { graph: ModelGraph; training: TrainingGraph; sessions: Sessions },
  { seed }: TrainerOptions,
): Trainer {
  let steps = 0;
  return {
    step: async (batch, learningRate) => {
      const feeds = stepFeeds(batch, graph, training, { seed, step: steps, learningRate });
      steps += 1;
      const session = await sessions.training(batch.count);
      const { loss, correct } = await host.run(session, feeds, training.carry);
      return { loss: loss?.data[0] ?? NaN, correct: correct?.data[0] ?? 0 };
    },
    predict: async (inputs, count) => {
      const rows = inputTensor({ inputs, count, shape: graph.input });
      const session = await sessions.prediction(count);
      const outputs = await host.run(session, { [inputName(graph)]: rows });
      return floatsOf(outputs, PROBABILITIES_OUTPUT);
    },
    readWeights: async () => {
      const names = graph.weights.map(({ name }) => name);
      const tensors = await host.read(names);
      return names.map((name) => floatsOf(tensors, name));
    },
    readState: async () => {
      const tensors = await host.read(stateTensors(training).map(({ name }) => name));
      return { steps, tensors: Object.fromEntries(Object.keys(tensors).map((name) => [name, stateOf(tensors, name)])) };
    },
    restore: async (state) => {
      requireFittingState(state, stateTensors(training));
      const kept = Object.entries(state.tensors).map(([name, { data, shape }]) => [name, floats(data, shape)] as const);
      await host.store(Object.fromEntries(kept));
      steps = state.steps;
    },
    dispose: () => host.close(),
  };
}

/** All that is carried from step to step. */
function stateTensors({
  weights,
  slots,
}: TrainingGraph): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  return [...weights, ...slots];
}

function stateOf(tensors: Tensors, name: string): StateTensor {
  return { shape: tensors[name]?.shape ?? [], data: floatsOf(tensors, name) };
}

function stepFeeds(
  batch: Examples,
  graph: ModelGraph,
  { masks, scalars }: TrainingGraph,
  { seed, step, learningRate }: { seed: number; step: number; learningRate: number },
): Tensors {
  const { labels, count } = batch;
  const scalarFeeds = Object.entries(scalars(learningRate, step + 1)).map(
    ([name, value]) => [name, floats(Float32Array.of(value), [])] as const,
  );
  const maskFeeds = masks.map(({ name, layer, rate, shape }) => {
    const data = dropoutMask(seed, step, layer, count * size(shape), rate);
    return [name, { type: 'uint8', data, shape: [count, ...shape] }] as const;
  });
  return {
    [inputName(graph)]: inputTensor(batch),
    labels:
      labels instanceof Int32Array
        ? { type: 'int32', data: labels, shape: [count] }
        : floats(labels, [count, graph.classes]),
    ...Object.fromEntries([...scalarFeeds, ...maskFeeds]),
  };
}

function inputTensor({ inputs, count, shape }: Rows): TensorData {
  const whole = [count, ...shape];
  return inputs instanceof Uint8Array ? { type: 'uint8', data: inputs, shape: whole } : floats(inputs, whole);
}

function floats(data: Float32Array, shape: readonly number[]): TensorData {
  return { type: 'float32', data, shape };
}

function floatsOf(tensors: Tensors, name: string): Float32Array {
  const tensor = tensors[name];
  if (tensor?.type !== 'float32') throw new TrainingError(`ONNX Runtime gave no '${name}'.`);
  return tensor.data;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
