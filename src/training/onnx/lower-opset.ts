import { TrainingError } from '../../core/errors.ts';
import {
  attributesOf,
  integerAttribute,
  integersAttributeField,
  isAttribute,
  NODE,
  tensorAttribute,
} from './node-attributes.ts';
import { copyField, messageField, stringField, type Field } from './protobuf.ts';
import { bytesOf, integersOf, readFields, textOf, textsOf, type WireField } from './read-protobuf.ts';
import type { OnnxModel, OnnxNode } from './read-model.ts';

const GRAPH = { node: 1, initializer: 5 } as const;
const TENSOR = { integers: 7, name: 8, bytes: 9 } as const;

/**
 * The fields of a graph of opset 18 in opset 17: reductions take their axes as an attribute again, and the constants that only held
 * axes are left out.
 * @throws TrainingError naming the operator that opset 17 does not have.
 */
export function lowerGraph(graph: readonly WireField[], model: OnnxModel, from: string): Field[] {
  const taken = new Set(model.nodes.flatMap((node) => (isReduction(node) ? node.needs.slice(0, 1) : node.needs)));
  const kept = [...taken, ...model.outputs.map(({ name }) => name)];
  let index = 0;
  return graph.flatMap((part) => {
    if (part.number === GRAPH.node) {
      const node = model.nodes[index]!;
      index += 1;
      return [lowerNode(node, part, model, from)];
    }
    const name =
      part.number === GRAPH.initializer && part.kind === 'bytes' ? textOf(readFields(part.bytes), TENSOR.name) : '';
    return name !== '' && !kept.includes(name) ? [] : [copyField(part)];
  });
}

/** ReduceSum already had its axes as an input. */
function isReduction({ operator }: OnnxNode): boolean {
  return operator.startsWith('Reduce') && operator !== 'ReduceSum';
}

function lowerNode(node: OnnxNode, field: WireField, model: OnnxModel, from: string): Field {
  if (isReduction(node)) return lowerReduction(node, model, from);
  const strange = [...attributesOf(node).keys()].find((name) => ADDED_IN_18[node.operator]?.includes(name));
  if (!NEW_IN_18.has(node.operator) && strange === undefined) return copyField(field);
  throw new TrainingError(
    `${from} has an operator ${node.operator}${strange === undefined ? '' : ` with ${strange}`} that ONNX has from opset 18 on; ` +
      'export it with --opset 18.',
  );
}

const NEW_IN_18: ReadonlySet<string> = new Set(
  'BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish'.split(' '),
);

const ADDED_IN_18: Readonly<Record<string, readonly string[]>> = {
  Split: ['num_outputs'],
  Resize: ['antialias', 'axes', 'keep_aspect_ratio_policy'],
  LpPool: ['ceil_mode', 'dilations'],
};

function lowerReduction(node: OnnxNode, model: OnnxModel, from: string): Field {
  const [input = '', axes = ''] = textsOf(node.fields, NODE.input);
  const noop = attributesOf(node).get(NOOP);
  if (axes === '' && noop !== undefined && integerAttribute(noop) !== 0) {
    throw new TrainingError(
      `${from} has a ${node.operator} with ${NOOP}, which ONNX has from opset 18 on; export it with --opset 18.`,
    );
  }
  const kept = node.fields.filter((field) => field.number !== NODE.input && !isAttribute(field, NOOP)).map(copyField);
  const attribute = axes === '' ? [] : [integersAttributeField('axes', readAxes(axes, model, from))];
  return messageField(GRAPH.node, [stringField(NODE.input, input), ...kept, ...attribute]);
}

const NOOP = 'noop_with_empty_axes';

/** The values of a constant of int64: a weight, or what a node Constant gives. */
function readAxes(name: string, { initializers, nodes }: OnnxModel, from: string): number[] {
  const maker = nodes.find(({ operator, outputs }) => operator === 'Constant' && outputs.includes(name));
  const value = maker === undefined ? undefined : attributesOf(maker).get('value');
  const tensor = value === undefined ? initializers.find((each) => each.name === name)?.fields : tensorAttribute(value);
  if (tensor === undefined) {
    throw new TrainingError(`${from} computes the axes '${name}' of a reduction; export it with --opset 18.`);
  }
  const [bytes] = bytesOf(tensor, TENSOR.bytes);
  if (bytes === undefined) return integersOf(tensor, TENSOR.integers);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 8 }, (_, at) => Number(view.getBigInt64(8 * at, true)));
}
