import { didYouMean } from '../../core/closest-name.ts';
import { DataError } from '../../core/errors.ts';
import type { Dimension } from '../onnx/graph.ts';
import { pruneModel } from '../onnx/prune-model.ts';
import type { OnnxModel, OnnxPort } from '../onnx/read-model.ts';
import { channelCount, type BackboneInput, type BackboneSpec } from './backbone-spec.ts';

/**
 * The part of a model between the input and the features that its description names.
 * @throws DataError naming the file, what is expected and what is there: an input or output of another name, type or shape, a
 * batch size that is fixed, weights in further files.
 */
export function checkBackbone(spec: BackboneSpec, model: OnnxModel, file: string): OnnxModel {
  const fail = (what: string): never => {
    throw new DataError(`${file} does not fit ${spec.path}: ${what}`, { details: { file, backbone: spec.name } });
  };
  const external = model.initializers.find(({ isExternal }) => isExternal);
  if (external !== undefined) fail(`its weights (${external.name} …) are in another file; export it as one file.`);
  const input = model.inputs.find(({ name }) => name === spec.input.name);
  if (input === undefined) return fail(`there is no input "${spec.input.name}"; there is ${listPorts(model.inputs)}.`);
  const problem = inputProblem(spec.input, input) ?? featuresProblem(spec, model);
  if (problem !== undefined) fail(problem);
  const pruned = pruneModel(model, { input: spec.input.name, output: spec.features });
  if (pruned.missing.length > 0) {
    fail(
      `the features "${spec.features}" also need ${pruned.missing.join(', ')}; only "${spec.input.name}" can be given.`,
    );
  }
  return pruned.model;
}

function inputProblem(spec: BackboneInput, { name, elementType, shape }: OnnxPort): string | undefined {
  if (elementType !== FLOAT32) {
    return `input "${name}" is expected to be float32, it is ${ELEMENT_TYPES[elementType] ?? `type ${elementType}`}.`;
  }
  if (shape === undefined) return undefined;
  const { height, width, layout } = spec;
  const channels = channelCount(spec);
  const expected = layout === 'NCHW' ? ['N', channels, height, width] : ['N', height, width, channels];
  const found = `input "${name}" is expected to be ${bracket(expected)} (${layout}), it is ${bracket(shape)}`;
  if (typeof shape[0] === 'number') return `${found}: its batch size is fixed. Export it with a dynamic batch size.`;
  const fits = shape.length === 4 && shape.every((size, axis) => typeof size === 'string' || size === expected[axis]);
  return fits ? undefined : `${found}. Correct size, layout or channels in the description.`;
}

function featuresProblem({ features, input }: BackboneSpec, { nodes, outputs }: OnnxModel): string | undefined {
  const made = nodes.flatMap((node) => node.outputs);
  if (!made.includes(features)) {
    const near = didYouMean(features, [...outputs.map(({ name }) => name), ...made.slice(-MOST_NAMED)]);
    return `there is no value "${features}"; its outputs are ${listPorts(outputs)}. ${near}`;
  }
  const port = outputs.find(({ name }) => name === features);
  if (port?.shape === undefined || port.elementType !== FLOAT32) return undefined;
  const [, ...rest] = port.shape;
  const sizes = rest.filter((size) => size !== 1);
  if (rest.length > 0 && sizes.length <= 1) return undefined;
  return (
    `the features "${features}" are expected to be [N, features], they are ${bracket(port.shape)}. Name the value behind the ` +
    `global pooling instead${input.layout === 'NCHW' ? '' : ' (or export with pooling="avg")'}.`
  );
}

const FLOAT32 = 1;
const MOST_NAMED = 20;

/** TensorProto.DataType in onnx.proto. */
const ELEMENT_TYPES: Readonly<Record<number, string>> = {
  0: 'no tensor',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

function listPorts(ports: readonly OnnxPort[]): string {
  if (ports.length === 0) return 'none';
  return ports.map(({ name, shape }) => `"${name}"${shape === undefined ? '' : ` ${bracket(shape)}`}`).join(', ');
}

function bracket(shape: readonly Dimension[]): string {
  return `[${shape.join(', ')}]`;
}
