import { TrainingError } from '../../core/errors.ts';
import { lowerGraph } from './lower-opset.ts';
import { copyField, messageField, stringField, varintField, type Field } from './protobuf.ts';
import { raiseGraph } from './raise-opset.ts';
import { readFields, textOf, type WireField } from './read-protobuf.ts';
import { readOnnxModel, type OnnxModel } from './read-model.ts';

export const EXPORT_OPSETS = [17, 18] as const;
export type ExportOpset = (typeof EXPORT_OPSETS)[number];

/**
 * An ONNX file for other tools: standard operators only, of the operator set asked for (default: the file's own). Older sets, as
 * backbones have them, are raised from 11 on; 18 is lowered to 17 (https://github.com/onnx/onnx/blob/main/docs/Changelog.md).
 * @throws DataError naming `from` when it is no ONNX file, TrainingError naming the operator when it cannot be said in that set.
 */
export function convertOpset(bytes: Uint8Array, from: string, opset?: ExportOpset): Uint8Array {
  const model = readOnnxModel(bytes, from);
  requireStandardOperators(model, from);
  const found = model.opsets.get('') ?? 1;
  const convert = graphConversion(model, from, { found, opset: opset ?? found });
  const fields = readFields(bytes).filter((field) => !(field.number === MODEL.opsetImport && domainOf(field) !== ''));
  return Buffer.concat(
    fields.map((field) => {
      if (field.number === MODEL.opsetImport) return opsetImport(opset ?? found);
      return field.number === MODEL.graph && field.kind === 'bytes'
        ? messageField(MODEL.graph, convert(readFields(field.bytes)))
        : copyField(field);
    }),
  );
}

const MODEL = { graph: 7, opsetImport: 8 } as const;

/** The least from which on an operator of a trained network either means the same up to 18 or is known to have changed. */
const LEAST_RAISED = 11;

type GraphConversion = (graph: readonly WireField[]) => Field[];

function graphConversion(
  model: OnnxModel,
  from: string,
  { found, opset }: { readonly found: number; readonly opset: number },
): GraphConversion {
  if (opset === found) return (graph) => graph.map(copyField);
  requireNoInnerGraphs(model, from);
  if (found === 18 && opset === 17) return (graph) => lowerGraph(graph, model, from);
  if (found >= LEAST_RAISED && found < opset) return (graph) => raiseGraph(graph, model, { from, found, opset });
  throw new TrainingError(
    `${from} has ONNX opset ${found}; it can be exported as it is, without --opset, and not with ${opset}.`,
  );
}

function requireStandardOperators({ nodes }: OnnxModel, from: string): void {
  const foreign = nodes.find(({ domain }) => domain !== '');
  if (foreign === undefined) return;
  throw new TrainingError(
    `${from} has the operator ${foreign.operator} of ${foreign.domain}, which other tools do not know; it cannot be exported as ONNX.`,
  );
}

function requireNoInnerGraphs({ nodes }: OnnxModel, from: string): void {
  const outer = nodes.find(({ operator }) => WITH_INNER_GRAPHS.has(operator));
  if (outer === undefined) return;
  throw new TrainingError(
    `${from} has the operator ${outer.operator}, whose inner graph cannot be converted; it can be exported as it is, without --opset.`,
  );
}

const WITH_INNER_GRAPHS: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

function domainOf(field: WireField): string {
  const domain = field.kind === 'bytes' ? textOf(readFields(field.bytes), 1) : '';
  return domain === 'ai.onnx' ? '' : domain;
}

function opsetImport(version: number): Field {
  return messageField(MODEL.opsetImport, [stringField(1, ''), varintField(2, version)]);
}
