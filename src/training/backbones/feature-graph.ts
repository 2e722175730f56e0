import { createGraphBuilder, type GraphBuilder, type Value } from '../onnx/graph-builder.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { FEATURES_INPUT, IMAGE_INPUT } from '../onnx/forward.ts';
import type { GraphPort } from '../onnx/graph.ts';
import { joinModels, type ChainLink } from '../onnx/join-models.ts';
import { createOperators, type Operators } from '../onnx/operators.ts';
import { PROBABILITIES_OUTPUT } from '../onnx/compile-inference.ts';
import { readOnnxModel, type OnnxModel } from '../onnx/read-model.ts';
import { channelCount, type BackboneInput, type BackboneSpec } from './backbone-spec.ts';

/** The graph of a backbone between its input and its features, and what it is fed with. */
export type BackboneGraph = {
  readonly spec: Pick<BackboneSpec, 'name' | 'input' | 'features' | 'power'>;
  readonly model: OnnxModel;
};

/** Images to features in one ONNX file: input `image` uint8 `[N, height, width, channels]` RGB, output `features` float32 `[N, features]`. */
export function featureGraph(backbone: BackboneGraph): Uint8Array {
  const links = featureLinks(backbone);
  const output: GraphPort = { name: FEATURES_INPUT, type: 'float32', shape: ['N', 'features'] };
  return joinModels(links, {
    name: `${backbone.spec.name}-features`,
    ports: { input: imagePort(backbone.spec.input), output },
    versionsOf: links[1],
  });
}

/**
 * Backbone and head in one ONNX file: input `image` uint8 `[N, height, width, channels]`, output `probabilities` float32
 * `[N, classes]`.
 * @param head An ONNX file with input `features` and output `probabilities`.
 * @throws TrainingError when the head uses an operator that the backbone's operator set does not have.
 */
export function classifierGraph(
  backbone: BackboneGraph,
  head: Uint8Array,
  { classes, metadata }: { readonly classes: number; readonly metadata: Readonly<Record<string, string>> },
): Uint8Array {
  const links = featureLinks(backbone);
  const headLink = linkOf('head', head, FEATURES_INPUT, PROBABILITIES_OUTPUT);
  return joinModels([...links, headLink], {
    name: `${backbone.spec.name}-classifier`,
    ports: {
      input: imagePort(backbone.spec.input),
      output: { name: PROBABILITIES_OUTPUT, type: 'float32', shape: ['N', classes] },
    },
    versionsOf: links[1],
    metadata,
  });
}

function imagePort(input: BackboneInput): GraphPort {
  return { name: IMAGE_INPUT, type: 'uint8', shape: ['N', input.height, input.width, channelCount(input)] };
}

/** Scaling, the backbone, and its features as rows: exporters leave them `[N, features]` or `[N, features, 1, 1]`. */
function featureLinks({ spec, model }: BackboneGraph): [ChainLink, ChainLink, ChainLink] {
  return [
    linkOf('scaling', scalingModel(spec.input), IMAGE_INPUT, 'scaled'),
    { prefix: spec.name, model, input: spec.input.name, output: spec.features },
    linkOf('rows', rowsModel(spec.power), 'maps', 'rows'),
  ];
}

function linkOf(prefix: string, bytes: Uint8Array, input: string, output: string): ChainLink {
  return { prefix, model: readOnnxModel(bytes, prefix), input, output };
}

/** RGB pixels, channels last, to what the backbone takes. */
function scalingModel(input: BackboneInput): Uint8Array {
  const graph = createGraphBuilder('scaling');
  const ops = createOperators(graph);
  const channels = channelCount(input);
  const { height, width, layout } = input;
  const image = graph.input(IMAGE_INPUT, 'uint8', ['N', height, width, channels]);
  const ordered = input.channels === 'BGR' ? reverseChannels(graph, ops, image) : image;
  const placed = layout === 'NHWC' ? ordered : channelsFirst(ops, ordered, input);
  const floats = ops.cast(placed, 'float32');
  const scaled = withChannels(graph, input, input.scale, 1, (factor) => ops.multiply(floats, factor)) ?? floats;
  const moved = withChannels(graph, input, input.offset, 0, (shift) => ops.add(scaled, shift)) ?? scaled;
  const shape = layout === 'NHWC' ? ['N', height, width, channels] : ['N', channels, height, width];
  graph.output(moved, 'scaled', 'float32', shape);
  return encodeModel(graph.finish());
}

function channelsFirst(ops: Operators, image: Value, input: BackboneInput): Value {
  if (channelCount(input) === 1) return ops.reshape(image, [-1, 1, input.height, input.width]);
  return ops.transpose(image, [0, 3, 1, 2]);
}

function reverseChannels(graph: GraphBuilder, ops: Operators, image: Value): Value {
  return graph.node('Gather', [image, ops.integers([2, 1, 0])], { axis: 3 })[0]!;
}

/** The step with a constant that broadcasts along the channels; undefined when the value changes nothing. */
function withChannels(
  graph: GraphBuilder,
  { layout }: BackboneInput,
  values: readonly number[],
  neutral: number,
  step: (constant: Value) => Value,
): Value | undefined {
  if (values.every((value) => value === neutral)) return undefined;
  const isUniform = values.every((value) => value === values[0]);
  const data = Float32Array.from(isUniform ? values.slice(0, 1) : values);
  const shape = isUniform ? [] : layout === 'NHWC' ? [data.length] : [data.length, 1, 1];
  return step(graph.constant({ type: 'float32', shape, data }));
}

function rowsModel(power: number): Uint8Array {
  const graph = createGraphBuilder('rows');
  const ops = createOperators(graph);
  const maps = graph.input('maps', 'float32', ['N', 'features', 1, 1]);
  const [rows] = graph.node('Flatten', [maps], { axis: 1 });
  graph.output(power === 1 ? rows! : signedPower(graph, ops, rows!, power), 'rows', 'float32', ['N', 'features']);
  return encodeModel(graph.finish());
}

/** Power normalisation (Perronnin et al. 2010, doi 10.1007/978-3-642-15561-1_11): a few large values no longer drown the others. */
function signedPower(graph: GraphBuilder, ops: Operators, value: Value, power: number): Value {
  const [sign] = graph.node('Sign', [value]);
  const [size] = graph.node('Abs', [value]);
  const [raised] = power === 0.5 ? graph.node('Sqrt', [size!]) : graph.node('Pow', [size!, ops.float(power)]);
  return ops.multiply(sign!, raised!);
}
