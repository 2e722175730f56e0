import type { OptimizerRule } from '../optimizers/rule.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import type { ModelWeight } from './model-graph.ts';
import type { Operators } from './operators.ts';

/** What an optimiser keeps of one weight: an input of the graph that starts at zero. */
export type OptimizerSlot = { readonly name: string; readonly shape: readonly number[] };

export type OptimizerStep = {
  readonly slots: readonly OptimizerSlot[];
  /** Which output is which input of the next step: weights and slots. */
  readonly carry: Readonly<Record<string, string>>;
};

/**
 * One step of an optimiser for the weights that have a gradient. Inputs: its scalars by their names, a slot as `WEIGHT:SLOT`;
 * outputs: the next weights and slots as `INPUT:next`.
 */
export function lowerOptimizerStep(
  graph: GraphBuilder,
  ops: Operators,
  rule: OptimizerRule,
  stepped: readonly { readonly weight: ModelWeight; readonly value: Value; readonly gradient: Value }[],
): OptimizerStep {
  const scalars = Object.fromEntries(
    Object.keys(rule.scalars(0, 1)).map((name) => [name, graph.input(name, 'float32', [])]),
  );
  const carry: Record<string, string> = {};
  const slots: OptimizerSlot[] = [];
  const carryOn = (input: string, next: Value, shape: readonly number[]): void => {
    graph.output(next, `${input}:next`, 'float32', shape);
    carry[`${input}:next`] = input;
  };
  for (const { weight, value, gradient } of stepped) {
    const { name, shape } = weight;
    const before = Object.fromEntries(
      rule.slots.map((slot) => [slot, graph.input(`${name}:${slot}`, 'float32', shape)]),
    );
    const after = graph.within(`${name}/optimizer`, () =>
      rule.update(ops, { weight: value, slots: before }, gradient, scalars),
    );
    carryOn(name, after.weight, shape);
    for (const slot of rule.slots) {
      slots.push({ name: `${name}:${slot}`, shape });
      carryOn(`${name}:${slot}`, after.slots[slot]!, shape);
    }
  }
  return { slots, carry };
}
