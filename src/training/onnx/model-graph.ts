import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../../core/errors.ts';
import { classifierShape, requireShape } from '../classifier.ts';
import { modelHead, type HeadActivation } from '../head.ts';
import { weightRole } from '../initial-weights.ts';
import type { Layer } from '../tensorflow.ts';

/**
 * A LayersModel as the compiler sees it: its layers in an order in which inputs come before their users. Models within the model
 * are opened; a layer that is used twice is two nodes with the same weights.
 */
export type ModelGraph = {
  readonly name: string;
  /** Of one row: `[height, width, channels]` of uint8 images, or `[features]`. */
  readonly input: readonly number[];
  readonly classes: number;
  readonly nodes: readonly ModelNode[];
  /** In the order of `model.weights`. */
  readonly weights: readonly ModelWeight[];
  /** The node whose output is the logits: what goes into the head. */
  readonly logits: string;
  readonly head: HeadActivation;
};

export type ModelNode = {
  /** Unique in the model: the layer's, after those of the models it is in; `#2` and so on when it is used again. */
  readonly name: string;
  readonly className: string;
  readonly config: unknown;
  /** Whether neither the layer nor a model it is in is frozen. */
  readonly trainable: boolean;
  /** Names of the nodes it takes its inputs from. */
  readonly inputs: readonly string[];
  /** Shape without the batch, in TensorFlow's order: channels last. */
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
type WeightTable = ReadonlyMap<Layer['weights'][number], ModelWeight>;
/** One model, outermost or within another, and by which nodes its tensors are computed. */
type Scope = { readonly path: string; readonly trainable: boolean; readonly nodeOf: Map<number, string> };

/**
/**
 * Reads the layers of a model.
 * @throws TrainingError for a model that does not turn images or features into one row of numbers each, and for a layer that
 * has several outputs.
 */
export function readModelGraph(model: LayersModel): ModelGraph {
  requireShape(model);
  const head = modelHead(model);
  const weights = readWeights(model);
  const reader = createReader(weights, (layer) =>
    head.layer === layer ? { ...layer.getConfig(), activation: 'linear' } : layer.getConfig(),
  );
  const outermost: Scope = { path: '', trainable: model.trainable, nodeOf: new Map() };
  const output = model.outputs[0]!;
  const logits = reader.visit(head.kind === 'layer' ? inputsOf(output)[0]! : output, outermost);
  return {
    name: model.name,
    ...classifierShape(model),
    nodes: reader.nodes,
    weights: model.weights.map((weight) => weights.get(weight)!),
    logits,
    head: head.activation,
  };
}

function createReader(weights: WeightTable, configOf: (layer: Layer) => unknown) {
  const nodes: ModelNode[] = [];
  const uses = new Map<string, number>();
  const unique = (name: string): string => {
    const use = (uses.get(name) ?? 0) + 1;
    uses.set(name, use);
    return use === 1 ? name : `${name}#${use}`;
  };
  const enter = (container: LayersModel, inputs: readonly string[], tensor: SymbolicTensor, scope: Scope): string => {
    const inner: Scope = {
      path: `${scope.path}${container.name}/`,
      trainable: scope.trainable && container.trainable,
      nodeOf: new Map(container.inputs.map(({ id }, index) => [id, inputs[index]!])),
    };
    return visit(container.outputs[tensor.tensorIndex]!, inner);
  };
  const addNode = (layer: Layer, inputs: readonly string[], tensor: SymbolicTensor, scope: Scope): string => {
    const name = unique(`${scope.path}${layer.name}`);
    requireOneOutput(tensor);
    nodes.push({
      name,
      className: layer.getClassName(),
      config: configOf(layer),
      trainable: scope.trainable && layer.trainable,
      inputs,
      outputShape: withoutBatch(tensor.shape),
      weights: layer.weights.map((weight) => weights.get(weight)!),
    });
    return name;
  };
  const visit = (tensor: SymbolicTensor, scope: Scope): string => {
    const known = scope.nodeOf.get(tensor.id);
    if (known !== undefined) return known;
    const layer = tensor.sourceLayer;
    const inputs = inputsOf(tensor).map((input) => visit(input, scope));
    const name = isModel(layer) ? enter(layer, inputs, tensor, scope) : addNode(layer, inputs, tensor, scope);
    scope.nodeOf.set(tensor.id, name);
    return name;
  };
  return { nodes, visit };
}

/** Whether a layer is a model of its own. */
export function isModel(layer: Layer | LayersModel): layer is LayersModel {
  return 'layers' in layer && Array.isArray(layer.layers);
}

function readWeights(model: LayersModel): WeightTable {
  const trainable = new Set(model.trainableWeights);
  const table = new Map<Layer['weights'][number], ModelWeight>();
  const read = (layers: readonly Layer[], path: string): void => {
    for (const layer of layers) {
      if (isModel(layer)) {
        read(layer.layers, `${path}${layer.name}/`);
        continue;
      }
      for (const weight of layer.weights) {
        if (table.has(weight)) continue;
        const role = weightRole(weight.originalName);
        const shape = weight.shape.map((size) => size ?? 0);
        table.set(weight, { name: `${path}${layer.name}/${role}`, role, shape, trainable: trainable.has(weight) });
      }
    }
  };
  read(model.layers, '');
  return table;
}

/** An input layer is recorded as its own input: it has none. */
function inputsOf(tensor: SymbolicTensor): SymbolicTensor[] {
  if (tensor.sourceLayer.getClassName() === 'InputLayer') return [];
  return tensor.sourceLayer.inboundNodes[tensor.nodeIndex]?.inputTensors ?? [];
}

function requireOneOutput({ sourceLayer, tensorIndex }: SymbolicTensor): void {
  if (tensorIndex === 0) return;
  throw new TrainingError(
    `Layer '${sourceLayer.name}' (${sourceLayer.getClassName()}) has several outputs; the ONNX engine knows layers with one.`,
    { details: { layer: sourceLayer.name } },
  );
}

function withoutBatch(shape: readonly (number | null)[]): number[] {
  return shape.slice(1).map((size) => size ?? 0);
}
