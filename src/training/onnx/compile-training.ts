import { lowerAdam, type AdamState } from './adam-update.ts';
import { lowerBackward } from './backward.ts';
import { finishModel } from './finish-model.ts';
import { lowerForward, type MaskInput } from './forward.ts';
import { createGraphBuilder, type GraphBuilder, type Value } from './graph-builder.ts';
import { lowerLoss } from './loss.ts';
import { rowsOf, type MapLowering } from './maps/create-maps.ts';
import type { ModelGraph, ModelWeight } from './model-graph.ts';
import { createOperators } from './operators.ts';

/**
 * One training step as an ONNX file: forward, loss, backward and Adam. Inputs: `image` uint8 `[N, h, w, c]`, `labels`
 * int32 `[N]`, the scalars `learningRate` and `epsilon` of `adamScalars`, the dropout masks, and the state. Outputs:
 * `loss`, `correct` (int32) and the next state. N is free from step to step.
 */
export type TrainingGraph = {
  readonly model: Uint8Array;
  readonly masks: readonly MaskInput[];
  /** Weights as the graph's inputs, in the order of `model.weights`. */
  readonly weights: readonly ModelWeight[];
  /** Inputs that start at zero: Adam's moments. */
  readonly moments: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Which output is which input of the next step. */
  readonly carry: Readonly<Record<string, string>>;
};

/** @throws TrainingError naming the first layer that has no ONNX form. */
export function compileTrainingGraph(
  model: ModelGraph,
  { labelSmoothing, lowering }: { readonly labelSmoothing: number; readonly lowering: MapLowering },
): TrainingGraph {
  const graph = createGraphBuilder(`${model.name}-training`);
  const ops = createOperators(graph);
  const weights = new Map(model.weights.map(({ name, shape }) => [name, graph.input(name, 'float32', shape)]));
  const labels = graph.input('labels', 'int32', [rowsOf(lowering)]);
  const scalars = {
    learningRate: graph.input('learningRate', 'float32', []),
    epsilon: graph.input('epsilon', 'float32', []),
  };

  const forward = lowerForward(graph, ops, model, {
    training: true,
    lowering,
    weight: (name) => weights.get(name)!,
  });
  const { loss, correct, gradient } = graph.within('loss', () =>
    lowerLoss(ops, forward.logits.value, labels, { classes: model.classes, smoothing: labelSmoothing }),
  );
  const gradients = lowerBackward(graph, ops, model, forward, gradient);
  graph.output(loss, 'loss', 'float32', []);
  graph.output(correct, 'correct', 'int32', []);

  const carry: Record<string, string> = {};
  const moments: TrainingGraph['moments'][number][] = [];
  for (const { name, shape } of model.weights) {
    const next = forward.updates.get(name);
    if (next === undefined) continue;
    graph.output(next, `${name}:next`, 'float32', shape);
    carry[`${name}:next`] = name;
  }
  for (const weight of model.weights.filter(({ name }) => gradients.has(name))) {
    const before = adamInputs(graph, weight, weights.get(weight.name)!);
    const after = graph.within(`${weight.name}/adam`, () =>
      lowerAdam(ops, before, gradients.get(weight.name)!, scalars),
    );
    for (const part of ['weight', 'firstMoment', 'secondMoment'] as const) {
      const name = before[part];
      graph.output(after[part], `${name}:next`, 'float32', weight.shape);
      carry[`${name}:next`] = name;
      if (part !== 'weight') moments.push({ name, shape: weight.shape });
    }
  }
  return { model: finishModel(graph), masks: forward.masks, weights: model.weights, moments, carry };
}

function adamInputs(graph: GraphBuilder, { name, shape }: ModelWeight, weight: Value): AdamState {
  return {
    weight,
    firstMoment: graph.input(`${name}:m`, 'float32', shape),
    secondMoment: graph.input(`${name}:v`, 'float32', shape),
  };
}
