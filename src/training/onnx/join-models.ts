import { TrainingError } from '../../core/errors.ts';
import { encodePort, encodeMetadata } from './encode-model.ts';
import type { GraphPort } from './graph.ts';
import { copyField, messageField, stringField, varintField, type Field } from './protobuf.ts';
import { readFields, textOf, type WireField } from './read-protobuf.ts';
import { FIRST_SAME_VERSION } from './operator-versions.ts';
import type { OnnxModel } from './read-model.ts';

/** A model as a link of a chain: what it takes from the one before it, and what it hands on. */
export type ChainLink = {
  /** Names in the joined graph begin with it: graph viewers group by it. */
  readonly prefix: string;
  readonly model: OnnxModel;
  readonly input: string;
  readonly output: string;
};

export type JoinedPorts = { readonly input: GraphPort; readonly output: GraphPort };

/**
 * Joins models into one file: each link's input is the output of the one before it. The file has the operator set versions of
 * `versionsOf`, the link that cannot be written anew; operators of the others must mean the same there.
 * @throws TrainingError naming operator and versions when one does not.
 */
export function joinModels(
  links: readonly ChainLink[],
  options: {
    readonly name: string;
    readonly ports: JoinedPorts;
    readonly versionsOf: ChainLink;
    readonly metadata?: Readonly<Record<string, string>>;
  },
): Uint8Array {
  const { name, ports, versionsOf, metadata = {} } = options;
  const opsets = mergeOpsets(links, versionsOf);
  const graphs = links.map((link, index) => renamedFields(link, renaming(links, index, ports)));
  const graph: Field[] = [
    ...graphs.flatMap(({ nodes }) => nodes.map((node) => messageField(1, node))),
    stringField(2, name),
    ...graphs.flatMap(({ initializers }) => initializers),
    messageField(11, encodePort(ports.input)),
    messageField(12, encodePort(ports.output)),
  ];
  return Buffer.concat([
    varintField(1, Math.max(LEAST_IR_VERSION, ...links.map(({ model }) => model.irVersion))),
    stringField(2, 'mlflow-ts'),
    messageField(7, graph),
    ...[...opsets].map(([domain, version]) => messageField(8, [stringField(1, domain), varintField(2, version)])),
    ...encodeMetadata(metadata),
    ...links.flatMap(({ model }) => model.functions.map((bytes) => messageField(25, [Buffer.from(bytes)]))),
  ]);
}

/** From 4 on a weight need not be an input of the graph too. */
const LEAST_IR_VERSION = 4;

function mergeOpsets(links: readonly ChainLink[], versionsOf: ChainLink): ReadonlyMap<string, number> {
  const opsets = new Map(versionsOf.model.opsets);
  for (const link of links) {
    if (link !== versionsOf) requireSameMeaning(link, versionsOf);
    for (const [domain, version] of link.model.opsets) if (!opsets.has(domain)) opsets.set(domain, version);
  }
  return opsets;
}

function requireSameMeaning({ prefix, model }: ChainLink, { prefix: other, model: { opsets } }: ChainLink): void {
  const version = opsets.get('') ?? 1;
  if (model.opsets.get('') === version) return;
  for (const { operator, domain } of model.nodes) {
    const least = domain === '' ? (FIRST_SAME_VERSION[operator] ?? model.opsets.get('') ?? Infinity) : 0;
    if (version >= least) continue;
    throw new TrainingError(
      `Operator ${operator} of ${prefix} needs ONNX opset ${least} or newer, ${other} has opset ${version}. ` +
        `Export ${other} with opset ${least}, or use a head without it.`,
      { details: { operator, needed: least, found: version } },
    );
  }
}

type Renaming = (name: string) => string;

function renaming(links: readonly ChainLink[], index: number, ports: JoinedPorts): Renaming {
  const { prefix, input, output } = links[index]!;
  const before = index === 0 ? ports.input.name : outputName(links, index - 1, ports);
  const after = outputName(links, index, ports);
  return (name) => {
    if (name === '') return '';
    if (name === input) return before;
    return name === output ? after : `${prefix}/${name}`;
  };
}

function outputName(links: readonly ChainLink[], index: number, ports: JoinedPorts): string {
  const { prefix, output } = links[index]!;
  return index === links.length - 1 ? ports.output.name : `${prefix}/${output}`;
}

function renamedFields({ model }: ChainLink, rename: Renaming) {
  return {
    nodes: model.nodes.map(({ fields }) => fields.map((field) => renameInNode(field, rename))),
    initializers: model.initializers.map(({ fields, isSparse }) =>
      isSparse
        ? messageField(
            15,
            fields.map((field) => within(field, [1], (inner) => renameTensor(inner, rename))),
          )
        : messageField(5, renameTensor(fields, rename)),
    ),
  };
}

function renameTensor(fields: readonly WireField[], rename: Renaming): Field[] {
  return fields.map((field) => (field.number === 8 ? renamedText(field, rename) : copyField(field)));
}

function renameInNode(field: WireField, rename: Renaming): Field {
  if (field.number <= 3) return renamedText(field, rename);
  return field.number === 5 ? within(field, [], (attribute) => renameInAttribute(attribute, rename)) : copyField(field);
}

function renameInAttribute(attribute: readonly WireField[], rename: Renaming): Field[] {
  return attribute.map((field) => within(field, [6, 11], (graph) => renameInGraph(graph, rename)));
}

/** Inside an inner graph all names change alike, so that those it takes from around it still fit. */
function renameInGraph(graph: readonly WireField[], rename: Renaming): Field[] {
  const port = (fields: readonly WireField[]) =>
    fields.map((field) => (field.number === 1 ? renamedText(field, rename) : copyField(field)));
  return graph.map((field) => {
    if (field.number === 1) return within(field, [], (node) => node.map((each) => renameInNode(each, rename)));
    if (field.number === 5) return within(field, [], (tensor) => renameTensor(tensor, rename));
    return within(field, [11, 12, 13], port);
  });
}

/** A field whose message is changed when its number is among those given, or none are given. */
function within(field: WireField, numbers: readonly number[], change: (fields: WireField[]) => Field[]): Field {
  const isMeant = numbers.length === 0 || numbers.includes(field.number);
  return isMeant && field.kind === 'bytes'
    ? messageField(field.number, change(readFields(field.bytes)))
    : copyField(field);
}

function renamedText(field: WireField, rename: Renaming): Field {
  return field.kind === 'bytes' ? stringField(field.number, rename(textOf([field], field.number))) : copyField(field);
}
