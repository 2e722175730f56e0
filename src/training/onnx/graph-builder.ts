import type { Attributes, ConstantTensor, Dimension, ElementType, Graph, GraphNode, GraphPort } from './graph.ts';

declare const valueBrand: unique symbol;
/** The name of a value in the graph being built. */
export type Value = string & { readonly [valueBrand]: never };

/** Collects the nodes of one graph. What the nodes mean is in operators.ts. */
export interface GraphBuilder {
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value;
  constant(tensor: ConstantTensor, name?: string): Value;
  node(operator: string, inputs: readonly Value[], attributes?: Attributes, options?: NodeOptions): Value[];
  /** Makes a value that a node computed an output under this name. */
  output(value: Value, name: string, type: ElementType, shape: readonly Dimension[]): void;
  /** Nodes added while the body runs are named after the scope: graph viewers group by it. */
  within<Result>(scope: string, body: () => Result): Result;
  finish(): Graph;
}

export type NodeOptions = { readonly outputs?: number; readonly domain?: string };

/** An empty graph of that name. */
export function createGraphBuilder(name: string): GraphBuilder {
  const nodes: GraphNode[] = [];
  const constants = new Map<string, ConstantTensor>();
  const inputs: GraphPort[] = [];
  const outputs: GraphPort[] = [];
  const outputNames = new Map<string, string>();
  let scope = '';

  const renamed = (value: string): string => outputNames.get(value) ?? value;
  return {
    input: (inputName, type, shape) => {
      inputs.push({ name: inputName, type, shape });
      return inputName as Value;
    },
    constant: (tensor, constantName = `constant_${constants.size}`) => {
      constants.set(constantName, tensor);
      return constantName as Value;
    },
    node: (operator, nodeInputs, attributes = {}, { outputs: count = 1, domain = '' } = {}) => {
      const nodeName = `${scope}${operator}_${nodes.length}`;
      const values = Array.from({ length: count }, (_, index) => (index === 0 ? nodeName : `${nodeName}:${index}`));
      nodes.push({ operator, domain, name: nodeName, inputs: nodeInputs, outputs: values, attributes });
      return values as Value[];
    },
    output: (value, outputName, type, shape) => {
      outputNames.set(value, outputName);
      outputs.push({ name: outputName, type, shape });
    },
    within: (inner, body) => {
      const outer = scope;
      scope = `${outer}${inner}/`;
      try {
        return body();
      } finally {
        scope = outer;
      }
    },
    finish: () => ({
      name,
      nodes: nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(renamed),
        outputs: node.outputs.map(renamed),
      })),
      constants,
      inputs,
      outputs,
    }),
  };
}
