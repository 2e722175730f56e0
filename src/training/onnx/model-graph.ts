import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../../core/errors.ts';
import { classifierShape, softmaxHead } from '../classifier.ts';
import { weightRole } from '../initial-weights.ts';
import type { Layer } from '../tensorflow.ts';

/** A LayersModel as the compiler sees it: its layers in an order in which inputs come before their users. */
export type ModelGraph = {
  readonly name: string;
  /** Of one row: `[height, width, channels]` of uint8 images, or `[features]`. */
  readonly input: readonly number[];
  readonly classes: number;
  readonly nodes: readonly ModelNode[];
  /** In the order of `model.weights`. */
  readonly weights: readonly ModelWeight[];
  /** The node whose output is the logits: what goes into the closing softmax. */
  readonly logits: string;
};

export type ModelNode = {
  readonly name: string;
  readonly className: string;
  readonly config: unknown;
  /** Names of the nodes it takes its inputs from. */
  readonly inputs: readonly string[];
  /** Shapes without the batch, in TensorFlow's order: channels last. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShape: readonly number[];
  readonly weights: readonly ModelWeight[];
};

export type ModelWeight = {
  /** Unique in the model and the same in every process: layer and role. */
  readonly name: string;
  readonly role: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
};

type SymbolicTensor = LayersModel['inputs'][number];

/**
 * Reads the layers of a classifier.
 * @throws TrainingError for a model that is no classifier, and for a layer that is used twice or has several outputs.
 */
export function readModelGraph(model: LayersModel): ModelGraph {
  const head = softmaxHead(model);
  const nodes = new Map<string, ModelNode>();
  const usedAt = new Map<string, number>();
  const weights = readWeights(model);
  const visit = (tensor: SymbolicTensor): string => {
    const layer = tensor.sourceLayer;
    requireSingleUse(tensor, usedAt.get(layer.name));
    if (usedAt.has(layer.name)) return layer.name;
    usedAt.set(layer.name, tensor.nodeIndex);
    const inputs = inputsOf(tensor);
    const inputNames = inputs.map(visit);
    nodes.set(layer.name, {
      name: layer.name,
      className: layer.getClassName(),
      config: head.layer === layer ? { ...layer.getConfig(), activation: 'linear' } : layer.getConfig(),
      inputs: inputNames,
      inputShapes: inputs.map(({ shape }) => withoutBatch(shape)),
      outputShape: withoutBatch(tensor.shape),
      weights: layer.weights.map((weight) => weights.get(weight)!),
    });
    return layer.name;
  };
  const output = model.outputs[0]!;
  const logits = visit(head.kind === 'layer' ? inputsOf(output)[0]! : output);
  return {
    name: model.name,
    ...classifierShape(model),
    nodes: [...nodes.values()],
    weights: model.weights.map((weight) => weights.get(weight)!),
    logits,
  };
}

function readWeights(model: LayersModel): Map<Layer['weights'][number], ModelWeight> {
  const trainable = new Set(model.trainableWeights);
  return new Map(
    model.layers.flatMap((layer) =>
      layer.weights.map((weight) => {
        const role = weightRole(weight.originalName);
        const shape = weight.shape.map((size) => size ?? 0);
        return [weight, { name: `${layer.name}/${role}`, role, shape, trainable: trainable.has(weight) }] as const;
      }),
    ),
  );
}

/** An input layer is recorded as its own input: it has none. */
function inputsOf(tensor: SymbolicTensor): SymbolicTensor[] {
  if (tensor.sourceLayer.getClassName() === 'InputLayer') return [];
  return tensor.sourceLayer.inboundNodes[tensor.nodeIndex]?.inputTensors ?? [];
}

function requireSingleUse({ sourceLayer, nodeIndex, tensorIndex }: SymbolicTensor, usedAt: number | undefined): void {
  if (tensorIndex === 0 && (usedAt === undefined || usedAt === nodeIndex)) return;
  throw new TrainingError(
    `Layer '${sourceLayer.name}' (${sourceLayer.getClassName()}) is used more than once in the model; ` +
      'the ONNX engine wants each layer to be used once and to have one output.',
    { details: { layer: sourceLayer.name } },
  );
}

function withoutBatch(shape: readonly (number | null)[]): number[] {
  return shape.slice(1).map((size) => size ?? 0);
}
