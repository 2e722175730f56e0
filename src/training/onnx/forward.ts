import type { GraphBuilder, Value } from './graph-builder.ts';
import { findLowering } from './layers/catalogue.ts';
import type { Lowered } from './lowering.ts';
import type { ModelGraph, ModelNode } from './model-graph.ts';
import type { Operators } from './operators.ts';

/** A mask that a training graph wants in every step: uint8 `[batch, ...shape]`, 1 where a value is kept. */
export type MaskInput = {
  readonly name: string;
  readonly layer: string;
  readonly rate: number;
  readonly shape: readonly number[];
};

export type Forward = {
  readonly logits: Value;
  /** The lowered layers, in order. */
  readonly tape: readonly { readonly node: ModelNode; readonly lowered: Lowered }[];
  readonly masks: readonly MaskInput[];
};

export const IMAGE_INPUT = 'image';
export const FEATURES_INPUT = 'features';

/** The graph's input: `image` uint8 `[N, height, width, channels]`, or `features` float32 `[N, features]`. */
export function inputName({ input }: ModelGraph): string {
  return input.length === 3 ? IMAGE_INPUT : FEATURES_INPUT;
}

/**
 * Lowers the layers of a model from its input to its logits.
 * @throws TrainingError naming the first layer that has no ONNX form.
 */
export function lowerForward(
  graph: GraphBuilder,
  ops: Operators,
  model: ModelGraph,
  options: { readonly training: boolean; readonly weight: (name: string) => Value },
): Forward {
  const values = new Map<string, Value>();
  const tape: { node: ModelNode; lowered: Lowered }[] = [];
  const masks: MaskInput[] = [];
  const dropoutMask = (node: ModelNode, rate: number): Value => {
    const mask: MaskInput = { name: `${node.name}/mask`, layer: node.name, rate, shape: node.outputShape };
    masks.push(mask);
    return graph.input(mask.name, 'uint8', ['N', ...mask.shape]);
  };
  for (const node of model.nodes) {
    if (node.className === 'InputLayer') {
      values.set(node.name, firstValue(graph, ops, model));
      continue;
    }
    const lowered = graph.within(node.name, () =>
      findLowering(node)(node, {
        ops,
        inputs: node.inputs.map((input) => values.get(input)!),
        training: options.training,
        weight: (role) => options.weight(`${node.name}/${role}`),
        dropoutMask: (rate) => dropoutMask(node, rate),
      }),
    );
    values.set(node.name, lowered.output);
    tape.push({ node, lowered });
  }
  return { logits: values.get(model.logits)!, tape, masks };
}

/** Images become channels first, as floats; with one channel the order of bytes is the same and nothing is moved. */
function firstValue(graph: GraphBuilder, ops: Operators, model: ModelGraph): Value {
  const { input } = model;
  const name = inputName(model);
  if (name === FEATURES_INPUT) return graph.input(name, 'float32', ['N', ...input]);
  const [height = 0, width = 0, channels = 0] = input;
  const image = graph.input(name, 'uint8', ['N', height, width, channels]);
  const channelsFirst =
    channels === 1 ? ops.reshape(image, [-1, 1, height, width]) : ops.transpose(image, [0, 3, 1, 2]);
  return ops.cast(channelsFirst, 'float32');
}
