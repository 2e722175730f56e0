import type { Graph, GraphNode } from '../../graph.ts';

/**
 * Lets blocked convolutions do on the way out what else would be a pass of its own over their output: an addition, then a ReLU.
 * Only where nobody else wants what was there before.
 */
export function fuseConvolutions(graph: Graph): Graph {
  return fuse(fuse(graph, absorbAddition), absorbRelu);
}

type Absorb = (node: GraphNode, convolutionOf: (value: string) => GraphNode | undefined) => Fusion | undefined;
type Fusion = { readonly convolution: GraphNode; readonly fused: GraphNode };

function fuse(graph: Graph, absorb: Absorb): Graph {
  const uses = countUses(graph);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const gone = new Set<GraphNode>();
  const convolutionOf = (value: string): GraphNode | undefined => {
    const maker = makers.get(value);
    if (maker === undefined || uses.get(value) !== 1 || gone.has(maker)) return undefined;
    return isConvolution(maker) ? maker : undefined;
  };
  const nodes = graph.nodes.map((node) => {
    const fusion = absorb(node, convolutionOf);
    if (fusion === undefined) return node;
    gone.add(fusion.convolution);
    for (const output of fusion.fused.outputs) makers.set(output, fusion.fused);
    return fusion.fused;
  });
  return { ...graph, nodes: nodes.filter((node) => !gone.has(node)) };
}

const absorbAddition: Absorb = (node, convolutionOf) => {
  if (node.operator !== 'Add') return undefined;
  for (const [index, value] of node.inputs.entries()) {
    const convolution = convolutionOf(value);
    if (convolution === undefined || convolution.inputs.length === SUM_INPUT + 1) continue;
    const [maps, filters, bias = ''] = convolution.inputs;
    const inputs = [maps!, filters!, bias, node.inputs[1 - index]!];
    return { convolution, fused: { ...convolution, inputs, outputs: node.outputs } };
  }
  return undefined;
};

const absorbRelu: Absorb = (node, convolutionOf) => {
  const convolution = node.operator === 'Relu' ? convolutionOf(node.inputs[0]!) : undefined;
  if (convolution === undefined) return undefined;
  const attributes = { ...convolution.attributes, activation: 'Relu' };
  return { convolution, fused: { ...convolution, attributes, outputs: node.outputs } };
};

/** The input of a blocked convolution that is added to its output. */
const SUM_INPUT = 3;

function isConvolution({ domain, operator, attributes }: GraphNode): boolean {
  return domain === 'com.microsoft.nchwc' && operator === 'Conv' && !('activation' in attributes);
}

function countUses({ nodes, outputs }: Graph): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const values = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)];
  for (const value of values) uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}
