import { TrainingError } from '../../core/errors.ts';
import { encodeTensor } from './encode-model.ts';
import {
  attributesOf,
  integerAttribute,
  integerAttributeField,
  integersAttribute,
  isAttribute,
  NODE,
} from './node-attributes.ts';
import { copyField, messageField, stringField, type Field } from './protobuf.ts';
import { textsOf, type WireField } from './read-protobuf.ts';
import type { OnnxModel, OnnxNode } from './read-model.ts';

type Raise = { readonly from: string; readonly found: number; readonly opset: number };

/**
 * The fields of a graph of opset 11 to 17 in a newer one, up to 18: what was an attribute and has become an input is handed over as a
 * constant (https://github.com/onnx/onnx/blob/main/docs/Changelog.md).
 * @throws TrainingError naming an operator that means something else there.
 */
export function raiseGraph(graph: readonly WireField[], model: OnnxModel, raise: Raise): Field[] {
  let index = 0;
  return graph.flatMap((part) => {
    if (part.number !== GRAPH.node) return [copyField(part)];
    const node = model.nodes[index]!;
    index += 1;
    requireSameMeaning(node, model, raise);
    return raiseNode(node, raise) ?? [copyField(part)];
  });
}

const GRAPH = { node: 1, initializer: 5 } as const;

/** The attribute that became an operator's second input, and from which version on. */
const BECAME_INPUT: Readonly<Record<string, { readonly attribute: string; readonly since: number }>> = {
  Split: { attribute: 'split', since: 13 },
  ...Object.fromEntries(['ReduceSum', 'Squeeze', 'Unsqueeze'].map((name) => [name, { attribute: 'axes', since: 13 }])),
  ...Object.fromEntries(
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare'
      .split(' ')
      .map((name) => [name, { attribute: 'axes', since: 18 }]),
  ),
};

/** The node and the constant that it now takes; undefined when it stays as it is. */
function raiseNode(node: OnnxNode, { found, opset }: Raise): Field[] | undefined {
  const change = BECAME_INPUT[node.operator];
  const attribute = change === undefined ? undefined : attributesOf(node).get(change.attribute);
  if (change !== undefined && attribute !== undefined && isBetween(change.since, found, opset)) {
    const values = integersAttribute(attribute);
    const name = `${node.outputs[0] ?? ''}/${change.attribute}`;
    const data = BigInt64Array.from(values, BigInt);
    const inputs = [...textsOf(node.fields, NODE.input).slice(0, 1), name].map((each) => stringField(NODE.input, each));
    const kept = node.fields.filter(({ number }) => number !== NODE.input);
    const others = kept.filter((field) => !isAttribute(field, change.attribute)).map(copyField);
    return [
      messageField(GRAPH.node, [...inputs, ...others]),
      messageField(GRAPH.initializer, encodeTensor(name, { type: 'int64', shape: [values.length], data })),
    ];
  }
  const isEvenSplit = node.operator === 'Split' && textsOf(node.fields, NODE.input).length === 1;
  if (!isEvenSplit || !isBetween(18, found, opset)) return undefined;
  const parts = integerAttributeField('num_outputs', textsOf(node.fields, NODE.output).length);
  return [messageField(GRAPH.node, [...node.fields.map(copyField), parts])];
}

/** From which version on an operator of an older set is another. */
const CHANGED: Readonly<Record<string, number>> = {
  // Its ratio became an input.
  Dropout: 12,
  // Of the last axis, no longer of all behind the axis.
  Hardmax: 13,
  LogSoftmax: 13,
  Softmax: 13,
  // Fewer outputs.
  BatchNormalization: 14,
  // Half a pixel beside where it was.
  RoiAlign: 16,
};

function requireSameMeaning(node: OnnxNode, model: OnnxModel, { from, found, opset }: Raise): void {
  const changed = CHANGED[node.operator];
  if (changed === undefined || !isBetween(changed, found, opset) || isSame(node, model)) return;
  throw new TrainingError(
    `${from} has ONNX opset ${found}, in which ${node.operator} is another than in opset ${opset}; ` +
      'it can be exported as it is, without --opset.',
    { details: { operator: node.operator, found, opset } },
  );
}

/** What changed does not matter for an inference, or for rows of class scores. */
function isSame(node: OnnxNode, { outputs }: OnnxModel): boolean {
  if (node.operator === 'BatchNormalization') return node.outputs.length === 1;
  const isRows = outputs.some(({ name, shape }) => node.outputs.includes(name) && shape?.length === 2);
  const axis = attributesOf(node).get('axis');
  const isLastAxis = axis === undefined || Math.abs(integerAttribute(axis)) === 1;
  return isRows && isLastAxis && /softmax$/i.test(node.operator);
}

function isBetween(since: number, found: number, opset: number): boolean {
  return found < since && opset >= since;
}
