import { DataError } from '../../core/errors.ts';
import type { Dimension } from './graph.ts';
import { bytesOf, integerOf, readFields, textOf, textsOf, type WireField } from './read-protobuf.ts';

/** An ONNX file as far as joining graphs needs it: names are read, what they name stays bytes. */
export type OnnxModel = {
  readonly irVersion: number;
  /** Version of each operator set, by its domain; the standard's own is the empty text. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  /** Without those that only name initializers, as files before IR version 4 have them. */
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** Functions defined in the file, as they stand in it. */
  readonly functions: readonly Uint8Array[];
};

export type OnnxNode = {
  readonly operator: string;
  readonly domain: string;
  /** Values that it needs, those its inner graphs take from around them included. */
  readonly needs: readonly string[];
  readonly outputs: readonly string[];
  readonly fields: readonly WireField[];
};

export type OnnxInitializer = {
  readonly name: string;
  readonly isSparse: boolean;
  /** The weights are in another file. */
  readonly isExternal: boolean;
  readonly fields: readonly WireField[];
};

/** `shape` is undefined when the file does not tell; a text is a size left open. */
export type OnnxPort = {
  readonly name: string;
  readonly elementType: number;
  readonly shape: readonly Dimension[] | undefined;
};

/**
 * Reads an ONNX file (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 * @throws DataError naming `from` when it is none.
 */
export function readOnnxModel(bytes: Uint8Array, from: string): OnnxModel {
  try {
    const fields = readFields(bytes);
    const [graph] = bytesOf(fields, MODEL.graph);
    if (graph === undefined) throw new RangeError('it holds no graph');
    return { ...readGraph(graph), ...readHeader(fields) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DataError(`${from} is not an ONNX file: ${looksLike(bytes) ?? error.message}.`, { cause: error });
  }
}

const MODEL = { irVersion: 1, graph: 7, opsetImport: 8, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const;

function readHeader(fields: readonly WireField[]) {
  const imports = bytesOf(fields, MODEL.opsetImport).map(readFields);
  return {
    irVersion: integerOf(fields, MODEL.irVersion),
    opsets: new Map(imports.map((each) => [standardDomain(textOf(each, 1)), integerOf(each, 2)])),
    functions: bytesOf(fields, MODEL.functions),
  };
}

/** The standard's own domain has two spellings. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readGraph(graph: Uint8Array): Omit<OnnxModel, 'irVersion' | 'opsets' | 'functions'> {
  const fields = readFields(graph);
  const initializers = [
    ...bytesOf(fields, GRAPH.initializer).map((bytes) => readInitializer(bytes, false)),
    ...bytesOf(fields, GRAPH.sparseInitializer).map((bytes) => readInitializer(bytes, true)),
  ];
  const constants = new Set(initializers.map(({ name }) => name));
  return {
    nodes: bytesOf(fields, GRAPH.node).map(readNode),
    initializers,
    inputs: bytesOf(fields, GRAPH.input)
      .map(readPort)
      .filter(({ name }) => !constants.has(name)),
    outputs: bytesOf(fields, GRAPH.output).map(readPort),
  };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const fields = readFields(bytes);
  const inner = bytesOf(fields, 5).flatMap((attribute) => innerGraphs(readFields(attribute)));
  return {
    operator: textOf(fields, 4),
    domain: standardDomain(textOf(fields, 7)),
    needs: [...textsOf(fields, 1), ...inner.flatMap(namesUsedIn)].filter((name) => name !== ''),
    outputs: textsOf(fields, 2).filter((name) => name !== ''),
    fields,
  };
}

/** The graphs that an attribute holds: the bodies of If, Loop and Scan. */
function innerGraphs(attribute: readonly WireField[]): Uint8Array[] {
  return [...bytesOf(attribute, 6), ...bytesOf(attribute, 11)];
}

/** Too many rather than too few: names the inner graph defines itself are among them and match nothing outside. */
function namesUsedIn(graph: Uint8Array): string[] {
  const fields = readFields(graph);
  const outputs = bytesOf(fields, GRAPH.output).map((port) => textOf(readFields(port), 1));
  return [...outputs, ...bytesOf(fields, GRAPH.node).flatMap((node) => readNode(node).needs)];
}

function readInitializer(bytes: Uint8Array, isSparse: boolean): OnnxInitializer {
  const fields = readFields(bytes);
  const tensor = isSparse ? readFields(bytesOf(fields, 1)[0] ?? new Uint8Array()) : fields;
  return { name: textOf(tensor, 8), isSparse, isExternal: integerOf(tensor, 14) === 1, fields };
}

function readPort(bytes: Uint8Array): OnnxPort {
  const fields = readFields(bytes);
  const [type] = bytesOf(fields, 2);
  const [tensor] = type === undefined ? [] : bytesOf(readFields(type), 1);
  const tensorFields = tensor === undefined ? [] : readFields(tensor);
  const [shape] = bytesOf(tensorFields, 2);
  return {
    name: textOf(fields, 1),
    elementType: integerOf(tensorFields, 1),
    shape: shape === undefined ? undefined : bytesOf(readFields(shape), 1).map(readDimension),
  };
}

function readDimension(bytes: Uint8Array): Dimension {
  const fields = readFields(bytes);
  const isNumber = fields.some(({ number, kind }) => number === 1 && kind === 'varint');
  return isNumber ? integerOf(fields, 1) : textOf(fields, 2) || '?';
}

/** What people save by mistake in the place of a model. */
function looksLike(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  if (bytes.length === 0) return 'it is empty';
  if (start.startsWith('version https://git-lfs')) return 'it is a Git LFS pointer; fetch the file with `git lfs pull`';
  if (/^<(!doctype|html|\?xml)/i.test(start)) return 'it is a web page; download the file itself';
  if (start.startsWith('PK')) return 'it is a zip archive (a PyTorch or Keras file?); export the model to ONNX';
  if (start.startsWith('\u0089HDF')) return 'it is an HDF5 file (Keras?); export the model to ONNX';
  return undefined;
}
