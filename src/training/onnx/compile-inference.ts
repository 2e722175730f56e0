import { finishModel } from './finish-model.ts';
import { lowerForward } from './forward.ts';
import { createGraphBuilder, type Value } from './graph-builder.ts';
import { rowsOf, type MapLowering } from './maps/create-maps.ts';
import type { ModelGraph } from './model-graph.ts';
import { lowerHead } from './loss/lower-head.ts';
import { createOperators } from './operators.ts';

export const PROBABILITIES_OUTPUT = 'probabilities';

export type InferenceOptions = {
  /** In the order of `model.weights`; without them they are inputs of the graph. */
  readonly weights?: readonly Float32Array[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Default: plain, what every runtime understands. */
  readonly lowering?: MapLowering;
};

/**
 * The model for use: input `image` uint8 `[N, height, width, channels]` or `features` float32 `[N, features]`, output
 * `probabilities` float32 `[N, classes]`, weights and scaling inside.
 * @throws TrainingError naming the first layer that has no ONNX form.
 */
export function compileInferenceGraph(
  model: ModelGraph,
  { weights, metadata = {}, lowering = { kind: 'plain' } }: InferenceOptions = {},
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
  const { logits } = lowerForward(graph, ops, model, {
    training: false,
    lowering,
    weight: (name) => values.get(name)!,
  });
  const { output } = lowerHead(ops, logits.value, model.head);
  graph.output(output, PROBABILITIES_OUTPUT, 'float32', [rowsOf(lowering), model.classes]);
  return finishModel(graph, metadata);
}
