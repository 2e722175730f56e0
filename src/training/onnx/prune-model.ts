import type { OnnxModel, OnnxNode } from './read-model.ts';

/** The part of a model between a value and another, and what it could not do without. */
export type PrunedModel = {
  readonly model: OnnxModel;
  /** Names that are needed and that nothing in the model gives: further inputs of the graph among them. */
  readonly missing: readonly string[];
};

/**
 * Keeps the nodes and weights that `output` needs when `input` is given; the rest, such as a classifier behind the
 * features, is left out. Nodes stay in their order.
 */
export function pruneModel(model: OnnxModel, { input, output }: { input: string; output: string }): PrunedModel {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const weights = new Set(model.initializers.map(({ name }) => name));
  const graphInputs = new Set(model.inputs.map(({ name }) => name));
  const needed = new Set<string>();
  const nodes = new Set<OnnxNode>();
  const missing: string[] = [];
  const waiting = [output];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === input || needed.has(name)) continue;
    needed.add(name);
    const maker = makers.get(name);
    if (maker !== undefined && !nodes.has(maker)) {
      nodes.add(maker);
      // A name that an inner graph defines itself matches nothing out here.
      const real = (each: string) => makers.has(each) || weights.has(each) || graphInputs.has(each);
      waiting.push(...maker.needs.filter(real));
    } else if (maker === undefined && !weights.has(name)) missing.push(name);
  }
  return {
    model: {
      ...model,
      nodes: model.nodes.filter((node) => nodes.has(node)),
      initializers: model.initializers.filter(({ name }) => needed.has(name)),
    },
    missing,
  };
}
