import { TrainingError } from '../../core/errors.ts';
import { copyField, messageField, stringField, varintField, varintsField, type Field } from './protobuf.ts';
import { bytesOf, readFields, textOf, textsOf, type WireField } from './read-protobuf.ts';
import { readOnnxModel, type OnnxModel, type OnnxNode } from './read-model.ts';

export const EXPORT_OPSETS = [17, 18] as const;
export type ExportOpset = (typeof EXPORT_OPSETS)[number];

/**
 * An ONNX file for other tools: standard operators only, of the operator set asked for (default: the file's own). From 18 to 17
 * reductions take their axes as an attribute again (https://github.com/onnx/onnx/blob/main/docs/Changelog.md).
 * @throws DataError naming `from` when it is no ONNX file, TrainingError naming the operator when it cannot be said in that set.
 */
export function convertOpset(bytes: Uint8Array, from: string, opset?: ExportOpset): Uint8Array {
  const model = readOnnxModel(bytes, from);
  requireStandardOperators(model, from);
  const found = model.opsets.get('') ?? 1;
  const lowers = found === 18 && opset === 17;
  if (opset !== undefined && opset !== found && !lowers) {
    throw new TrainingError(
      `${from} has ONNX opset ${found}; it can be exported as it is, without --opset, and not with ${opset}.`,
    );
  }
  const fields = readFields(bytes).filter((field) => !(field.number === MODEL.opsetImport && domainOf(field) !== ''));
  return Buffer.concat(
    fields.map((field) => {
      if (field.number === MODEL.opsetImport) return opsetImport(opset ?? found);
      return field.number === MODEL.graph && lowers ? lowerGraph(field, model, from) : copyField(field);
    }),
  );
}

const MODEL = { graph: 7, opsetImport: 8 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE = { input: 1, attribute: 5 } as const;

function requireStandardOperators({ nodes }: OnnxModel, from: string): void {
  const foreign = nodes.find(({ domain }) => domain !== '');
  if (foreign === undefined) return;
  throw new TrainingError(
    `${from} has the operator ${foreign.operator} of ${foreign.domain}, which other tools do not know; it cannot be exported as ONNX.`,
  );
}

function domainOf(field: WireField): string {
  const domain = field.kind === 'bytes' ? textOf(readFields(field.bytes), 1) : '';
  return domain === 'ai.onnx' ? '' : domain;
}

function opsetImport(version: number): Field {
  return messageField(MODEL.opsetImport, [stringField(1, ''), varintField(2, version)]);
}

/** The graph in opset 17, without the constants that only held axes. */
function lowerGraph(field: WireField, model: OnnxModel, from: string): Field {
  const graph = field.kind === 'bytes' ? readFields(field.bytes) : [];
  const taken = new Set(model.nodes.flatMap((node) => (isReduction(node) ? node.needs.slice(0, 1) : node.needs)));
  const kept = [...taken, ...model.outputs.map(({ name }) => name)];
  let index = 0;
  const lowered = graph.flatMap((part) => {
    if (part.number === GRAPH.node) {
      const node = model.nodes[index]!;
      index += 1;
      return [lowerNode(node, part, graph, from)];
    }
    const name = part.number === GRAPH.initializer && part.kind === 'bytes' ? textOf(readFields(part.bytes), 8) : '';
    return name !== '' && !kept.includes(name) ? [] : [copyField(part)];
  });
  return messageField(MODEL.graph, lowered);
}

/** ReduceSum already had its axes as an input. */
function isReduction({ operator }: OnnxNode): boolean {
  return operator.startsWith('Reduce') && operator !== 'ReduceSum';
}

function lowerNode(node: OnnxNode, field: WireField, graph: readonly WireField[], from: string): Field {
  if (!isReduction(node)) {
    const strange = attributesOf(node).find((name) => ADDED_IN_18[node.operator]?.includes(name));
    if (!NEW_IN_18.has(node.operator) && strange === undefined) return copyField(field);
    throw new TrainingError(
      `${from} has an operator ${node.operator}${strange === undefined ? '' : ` with ${strange}`} that ONNX has from opset 18 on; ` +
        'export it with --opset 18.',
    );
  }
  const [input = '', axes] = textsOf(node.fields, NODE.input);
  const kept = node.fields.filter(({ number }) => number !== NODE.input).map(copyField);
  const attribute = axes === undefined ? [] : [axesAttribute(readAxes(axes, graph, from))];
  return messageField(GRAPH.node, [stringField(NODE.input, input), ...kept, ...attribute]);
}

const NEW_IN_18: ReadonlySet<string> = new Set(
  'BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish'.split(' '),
);

const ADDED_IN_18: Readonly<Record<string, readonly string[]>> = {
  Split: ['num_outputs'],
  Resize: ['antialias', 'axes', 'keep_aspect_ratio_policy'],
  LpPool: ['ceil_mode', 'dilations'],
};

function attributesOf({ fields }: OnnxNode): string[] {
  return bytesOf(fields, NODE.attribute).map((attribute) => textOf(readFields(attribute), 1));
}

function axesAttribute(axes: readonly number[]): Field {
  const INTS = 7;
  return messageField(NODE.attribute, [stringField(1, 'axes'), varintsField(8, axes), varintField(20, INTS)]);
}

/** The values of a constant of int64, which files hold as bytes. */
function readAxes(name: string, graph: readonly WireField[], from: string): number[] {
  const tensors = bytesOf(graph, GRAPH.initializer).map(readFields);
  const raw = tensors.filter((tensor) => textOf(tensor, 8) === name).flatMap((tensor) => bytesOf(tensor, 9));
  const [bytes] = raw;
  if (bytes === undefined) {
    throw new TrainingError(`${from} computes the axes '${name}' of a reduction; export it with --opset 18.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 8 }, (_, at) => Number(view.getBigInt64(8 * at, true)));
}
