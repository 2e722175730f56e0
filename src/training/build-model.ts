import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { ParameterError } from '../core/errors.ts';
import type { Architecture, ArchitectureSpec } from './architectures/architecture.ts';
import { findArchitecture, requireTakes } from './architectures/catalogue.ts';
import { chain } from './architectures/chain.ts';
import type { ImageShape } from './image-shape.ts';
import { initialiseWeights } from './initial-weights.ts';
import type { TensorFlow } from './tensorflow.ts';

/** The layer that ends every classifier of ours. */
const HEAD = 'classes';

/** What makes class probabilities of logits; sigmoids for losses that see a truth in each class. */
type HeadOfClasses = 'softmax' | 'sigmoid';

/**
 * Builds a classifier: input `[batch, height, width, channels]` raw pixels 0..255, output `[batch, classes]`
 * probabilities. Equal arguments give equal weights, on every machine.
 * @throws ParameterError for an unknown architecture or parameter, TrainingError when the images are too small for it.
 */
export function buildModel(
  tf: TensorFlow,
  spec: ArchitectureSpec,
  image: ImageShape,
  classes: number,
  seed: number,
  activation: HeadOfClasses = 'softmax',
): LayersModel {
  requireTakes(spec.name, 'images');
  const input = tf.layers.input({ name: 'image', shape: [image.height, image.width, image.channels] });
  const pixels = chain(input, [tf.layers.layers.rescaling({ name: 'scale', scale: 1 / 255 })]);
  return buildOn(tf, spec, { input, begin: pixels, image, classes, seed, activation });
}

/**
 * Builds the head of a classifier: input `[batch, features]` as a backbone gives them, output `[batch, classes]`
 * probabilities. Equal arguments give equal weights, on every machine.
 * @throws ParameterError for an unknown architecture or parameter, or one that takes images.
 */
export function buildHead(
  tf: TensorFlow,
  spec: ArchitectureSpec,
  features: number,
  classes: number,
  seed: number,
  activation: HeadOfClasses = 'softmax',
): LayersModel {
  requireTakes(spec.name, 'features');
  const input = tf.layers.input({ name: 'features', shape: [features] });
  const image = { height: 1, width: 1, channels: features };
  return buildOn(tf, spec, { input, begin: input, image, classes, seed, activation });
}

type Frame = {
  readonly input: SymbolicTensor;
  /** What the architecture's body begins with. */
  readonly begin: SymbolicTensor;
  readonly image: ImageShape;
  readonly classes: number;
  readonly seed: number;
  readonly activation: HeadOfClasses;
};

function buildOn(tf: TensorFlow, spec: ArchitectureSpec, frame: Frame): LayersModel {
  const { input, begin, image, classes, seed, activation } = frame;
  const architecture = findArchitecture(spec.name);
  const features = architecture.body(tf, parseParameters(spec, architecture), image, begin);
  const head = tf.layers.layers.dense({
    name: HEAD,
    units: classes,
    activation,
    kernelInitializer: 'zeros',
  });
  const model = tf.layers.model({ name: spec.name, inputs: input, outputs: chain(features, [head]) });
  initialiseWeights(tf, model, seed);
  return model;
}

/**
 * Checks an architecture's parameters and fills in its defaults, so that what is recorded is complete.
 * @throws ParameterError naming every parameter that does not fit.
 */
export function completeSpec(spec: ArchitectureSpec): ArchitectureSpec {
  const parameters = parseParameters(spec, findArchitecture(spec.name));
  return { name: spec.name, parameters: parameters as ArchitectureSpec['parameters'] };
}

function parseParameters(spec: ArchitectureSpec, architecture: Architecture): Record<string, unknown> {
  const parsed = architecture.parameters.safeParse(spec.parameters);
  if (parsed.success) return parsed.data;
  const known = Object.keys(architecture.parameters.shape).join(', ');
  throw new ParameterError(
    `Architecture ${spec.name} does not take these parameters (it knows ${known}):\n${z.prettifyError(parsed.error)}`,
  );
}
