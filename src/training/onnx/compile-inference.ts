import { encodeModel } from './encode-model.ts';
import { lowerForward } from './forward.ts';
import { createGraphBuilder, type Value } from './graph-builder.ts';
import type { ModelGraph } from './model-graph.ts';
import { createOperators } from './operators.ts';

export const PROBABILITIES_OUTPUT = 'probabilities';

/**
 * The model for use: input `image` uint8 `[N, height, width, channels]`, output `probabilities` float32 `[N, classes]`,
 * weights and scaling inside. `weights` are in the order of `model.weights`; without them they are inputs of the graph.
 * @throws TrainingError naming the first layer that has no ONNX form.
 */
export function compileInferenceGraph(
  model: ModelGraph,
  weights?: readonly Float32Array[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const graph = createGraphBuilder(model.name);
  const ops = createOperators(graph);
  const values = new Map<string, Value>(
    model.weights.map(({ name, shape }, index) => [
      name,
      weights === undefined
        ? graph.input(name, 'float32', shape)
        : graph.constant({ type: 'float32', shape, data: weights[index]! }, name),
    ]),
  );
  const { logits } = lowerForward(graph, ops, model, { training: false, weight: (name) => values.get(name)! });
  graph.output(ops.softmax(logits), PROBABILITIES_OUTPUT, 'float32', ['N', model.classes]);
  return encodeModel(graph.finish(), metadata);
}
