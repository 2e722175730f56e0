import type { Graph, GraphNode } from './graph.ts';

/** Operators that are told how many outputs they have. */
const COUNTED: ReadonlySet<string> = new Set(['Split']);

/** The graph without nodes, trailing outputs of nodes, and constants that nothing uses. */
export function dropUnused(graph: Graph): Graph {
  const used = new Set(graph.outputs.map(({ name }) => name));
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    const last = node.outputs.findLastIndex((output) => used.has(output));
    if (last === -1) continue;
    for (const input of node.inputs) used.add(input);
    nodes.push(COUNTED.has(node.operator) ? node : { ...node, outputs: node.outputs.slice(0, last + 1) });
  }
  const constants = new Map([...graph.constants].filter(([name]) => used.has(name)));
  return { ...graph, nodes: nodes.reverse(), constants };
}
