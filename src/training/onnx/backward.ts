import { weightName, type Forward } from './forward.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import type { ModelGraph, ModelNode } from './model-graph.ts';
import type { Operators } from './operators.ts';
import type { Tensor } from './tensor.ts';

/** Gradients of the loss by weight name, for every trainable weight; nothing is computed below the first of them. */
export function lowerBackward(
  graph: GraphBuilder,
  ops: Operators,
  model: ModelGraph,
  { tape, logits, maps }: Forward,
  logitsGradient: Value,
): Map<string, Value> {
  const wanted = nodesWantingGradients(model);
  const gradients = new Map<string, Tensor>([[model.logits, { ...logits, value: logitsGradient }]]);
  const weightGradients = new Map<string, Value>();
  for (const { node, lowered } of tape.toReversed()) {
    const gradient = gradients.get(node.name);
    if (gradient === undefined || !wanted.has(node.name)) continue;
    const trainable = new Set(node.weights.filter((weight) => weight.trainable).map(({ role }) => role));
    const { inputs, weights } = graph.within(`${node.name}/backward`, () =>
      lowered.backward(gradient, {
        inputs: node.inputs.some((input) => wanted.has(input)),
        weight: (role) => trainable.has(role),
      }),
    );
    for (const [role, value] of Object.entries(weights)) {
      const name = weightName(node, role);
      const others = weightGradients.get(name);
      weightGradients.set(name, others === undefined ? value : ops.add(others, value));
    }
    inputs.forEach((tensor, index) => {
      const input = node.inputs[index]!;
      const others = gradients.get(input);
      gradients.set(input, others === undefined ? tensor : maps.elementwise([others, tensor], ops.add));
    });
  }
  return weightGradients;
}

/** Nodes with a trainable weight of their own or somewhere before them. */
function nodesWantingGradients({ nodes }: ModelGraph): ReadonlySet<string> {
  const wanted = new Set<string>();
  const wantsGradient = ({ weights, inputs }: ModelNode): boolean =>
    weights.some(({ trainable }) => trainable) || inputs.some((input) => wanted.has(input));
  for (const node of nodes) if (wantsGradient(node)) wanted.add(node.name);
  return wanted;
}
