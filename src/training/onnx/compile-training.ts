import { lossOf, type LabelKind } from '../losses/loss.ts';
import { findOptimizerRule } from '../optimizers/catalogue.ts';
import { optimizerOf } from '../optimizers/optimizer.ts';
import type { StepSettings } from '../step-settings.ts';
import { lowerBackward } from './backward.ts';
import { lowerClipping } from './clip-gradients.ts';
import { finishModel } from './finish-model.ts';
import { lowerForward, type MaskInput } from './forward.ts';
import { createGraphBuilder, type GraphBuilder, type Value } from './graph-builder.ts';
import { lowerLoss } from './loss/lower-loss.ts';
import { rowsOf, type MapLowering } from './maps/create-maps.ts';
import type { ModelGraph, ModelWeight } from './model-graph.ts';
import { createOperators } from './operators.ts';
import { lowerOptimizerStep, type OptimizerSlot } from './optimizer-step.ts';
import { lowerPenalties, lowerPenaltyGradient, readPenalties } from './penalties.ts';

/**
 * One training step as an ONNX file: forward, loss, backward and optimiser. Inputs: `image` uint8 `[N, h, w, c]`, `labels`
 * int32 `[N]` or float32 `[N, units]`, the optimiser's scalars, the dropout masks, and the state. Outputs: `loss`, `correct`
 * (int32) and the next state. With the plain lowering N is free from step to step.
 */
export type TrainingGraph = {
  readonly model: Uint8Array;
  readonly masks: readonly MaskInput[];
  /** Weights as the graph's inputs, in the order of `model.weights`. */
  readonly weights: readonly ModelWeight[];
  /** Inputs that start at zero: what the optimiser keeps. */
  readonly slots: readonly OptimizerSlot[];
  /** Which output is which input of the next step. */
  readonly carry: Readonly<Record<string, string>>;
  /** Values of the scalar inputs in a step, counted from 1. */
  readonly scalars: (learningRate: number, step: number) => Readonly<Record<string, number>>;
};

export type TrainingGraphOptions = StepSettings & {
  /** What the labels are; default classes. */
  readonly labelled?: LabelKind;
  /** Factor of each row's loss by its class. */
  readonly classWeights?: readonly number[];
  readonly lowering: MapLowering;
};

/** @throws TrainingError naming the first layer that has no ONNX form. */
export function compileTrainingGraph(model: ModelGraph, options: TrainingGraphOptions): TrainingGraph {
  const graph = createGraphBuilder(`${model.name}-training`);
  const ops = createOperators(graph);
  const values = new Map(model.weights.map(({ name, shape }) => [name, graph.input(name, 'float32', shape)]));
  const weight = (name: string): Value => values.get(name)!;
  const { labelled = 'classes', classWeights, lowering, l1 = 0, l2 = 0 } = options;
  const rows = rowsOf(lowering);
  const labels =
    labelled === 'classes'
      ? graph.input('labels', 'int32', [rows])
      : graph.input('labels', 'float32', [rows, model.classes]);
  const penalties = readPenalties(model, { l1, l2 });

  const forward = lowerForward(graph, ops, model, { training: true, lowering, weight });
  const { loss, correct, gradient } = graph.within('loss', () => {
    const { head, classes: units } = model;
    const task = { loss: lossOf(options), head, units, labelled, classWeights };
    const mean = lowerLoss(ops, forward.logits.value, labels, task);
    return { ...mean, loss: lowerPenalties(ops, model.weights, penalties, weight).reduce(ops.add, mean.loss) };
  });
  const gradients = lowerBackward(graph, ops, model, forward, gradient);
  graph.output(loss, 'loss', 'float32', []);
  graph.output(correct, 'correct', 'int32', []);

  const moved = model.weights.filter(({ name }) => gradients.has(name));
  const clipped = graph.within('clip', () => {
    const whole = moved.map(({ name, shape }) => {
      const value = lowerPenaltyGradient(ops, gradients.get(name)!, weight(name), penalties.get(name));
      return [name, { value, rank: shape.length }] as const;
    });
    return lowerClipping(ops, new Map(whole), options);
  });
  const rule = findOptimizerRule(optimizerOf(options));
  const { slots, carry } = lowerOptimizerStep(
    graph,
    ops,
    rule,
    moved.map((each) => ({ weight: each, value: weight(each.name), gradient: clipped.get(each.name)! })),
  );
  return {
    carry: { ...carry, ...carryUpdates(graph, model, forward.updates) },
    model: finishModel(graph),
    masks: forward.masks,
    weights: model.weights,
    slots,
    scalars: (learningRate, step) => rule.scalars(learningRate, step),
  };
}

/** Weights that no gradient moves. */
function carryUpdates(
  graph: GraphBuilder,
  { weights }: ModelGraph,
  updates: ReadonlyMap<string, Value>,
): Record<string, string> {
  const updated = weights.filter(({ name }) => updates.has(name));
  for (const { name, shape } of updated) graph.output(updates.get(name)!, `${name}:next`, 'float32', shape);
  return Object.fromEntries(updated.map(({ name }) => [`${name}:next`, name]));
}
