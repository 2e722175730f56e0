import type { GraphBuilder, Value } from './graph-builder.ts';
import { findLowering } from './layers/catalogue.ts';
import { unsupported, type Lowered } from './lowering.ts';
import { createMaps, rowsOf, type MapLowering } from './maps/create-maps.ts';
import type { MapOperators } from './maps/map-operators.ts';
import type { ModelGraph, ModelNode } from './model-graph.ts';
import type { Operators } from './operators.ts';
import { mapShape, type Tensor } from './tensor.ts';

/** A mask that a training graph wants in every step: uint8 `[batch, ...shape]`, 1 where a value is kept. */
export type MaskInput = {
  readonly name: string;
  readonly layer: string;
  readonly rate: number;
  readonly shape: readonly number[];
};

export type Forward = {
  readonly maps: MapOperators;
  readonly logits: Tensor;
  /** The lowered layers, in order. */
  readonly tape: readonly { readonly node: ModelNode; readonly lowered: Lowered }[];
  readonly masks: readonly MaskInput[];
  /** What weights that no gradient moves become in a training step, by name. */
  readonly updates: ReadonlyMap<string, Value>;
};

export const IMAGE_INPUT = 'image';
export const FEATURES_INPUT = 'features';

/** The graph's input: `image` uint8 `[N, height, width, channels]`, or `features` float32 `[N, features]`. */
export function inputName({ input }: ModelGraph): string {
  return input.length === 3 ? IMAGE_INPUT : FEATURES_INPUT;
}

export type ForwardOptions = {
  readonly training: boolean;
  readonly lowering: MapLowering;
  readonly weight: (name: string) => Value;
};

/**
 * Lowers the layers of a model from its input to its logits.
 * @throws TrainingError naming the first layer that has no ONNX form.
 */
export function lowerForward(
  graph: GraphBuilder,
  ops: Operators,
  model: ModelGraph,
  { training, lowering, weight }: ForwardOptions,
): Forward {
  const maps = createMaps(graph, ops, lowering);
  const rows = rowsOf(lowering);
  const tensors = new Map<string, Tensor>();
  const tape: { node: ModelNode; lowered: Lowered }[] = [];
  const masks: MaskInput[] = [];
  const updates = new Map<string, Value>();
  const dropoutMask = (node: ModelNode, rate: number): Value => {
    const mask: MaskInput = { name: `${node.name}/mask`, layer: node.name, rate, shape: node.outputShape };
    masks.push(mask);
    return graph.input(mask.name, 'uint8', [rows, ...mask.shape]);
  };
  for (const node of model.nodes) {
    if (node.className === 'InputLayer') {
      tensors.set(node.name, firstTensor(graph, ops, maps, { model, rows }));
      continue;
    }
    const nameOf = (role: string): string => weightName(node, role);
    const lowered = graph.within(node.name, () =>
      findLowering(node)(node, {
        ops,
        maps,
        inputs: node.inputs.map((input) => tensors.get(input)!),
        training,
        batch: rows === 'N' ? undefined : rows,
        // A layer that is used twice in a step finds what its first use made of its statistics.
        weight: (role) => updates.get(nameOf(role)) ?? weight(nameOf(role)),
        dropoutMask: (rate) => dropoutMask(node, rate),
      }),
    );
    requireShape(node, lowered.output);
    for (const [role, value] of Object.entries(lowered.updates ?? {})) updates.set(nameOf(role), value);
    tensors.set(node.name, lowered.output);
    tape.push({ node, lowered });
  }
  return { maps, logits: tensors.get(model.logits)!, tape, masks, updates };
}

/** TensorFlow.js says of some layers, such as dilated depthwise convolutions, what they do not compute. */
function requireShape(node: ModelNode, { shape }: Tensor): void {
  if (shape.join() === node.outputShape.join()) return;
  throw unsupported(
    node,
    `it computes [${shape.join(', ')}], the model takes it to be [${node.outputShape.join(', ')}]`,
  );
}

/** The name of a layer's weight. @throws RangeError for a role that the layer does not have: a defect of its lowering. */
export function weightName({ name, weights }: ModelNode, role: string): string {
  const weight = weights.find((candidate) => candidate.role === role);
  if (weight === undefined) throw new RangeError(`Layer '${name}' has no weight '${role}'.`);
  return weight.name;
}

function firstTensor(
  graph: GraphBuilder,
  ops: Operators,
  maps: MapOperators,
  { model, rows }: { readonly model: ModelGraph; readonly rows: number | 'N' },
): Tensor {
  const { input: shape } = model;
  const name = inputName(model);
  if (name === FEATURES_INPUT) return { shape, layout: 'plain', value: graph.input(name, 'float32', [rows, ...shape]) };
  const image = graph.input(name, 'uint8', [rows, ...shape]);
  return maps.fromChannelsLast(ops.cast(image, 'float32'), mapShape({ shape }));
}
