import { unsupported, type Lowering } from '../lowering.ts';
import type { ModelNode } from '../model-graph.ts';
import { activation, relu } from './activation.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { maxPooling2d } from './max-pooling2d.ts';
import { rescaling } from './rescaling.ts';

/** By the class names of TensorFlow.js layers. */
const LOWERINGS: Readonly<Record<string, Lowering>> = {
  Activation: activation,
  Conv2D: conv2d,
  Dense: dense,
  Dropout: dropout,
  Flatten: flatten,
  MaxPooling2D: maxPooling2d,
  ReLU: relu,
  Rescaling: rescaling,
};

/** @throws TrainingError naming the layer, when its kind has no ONNX form. */
export function findLowering(node: ModelNode): Lowering {
  const lowering = Object.hasOwn(LOWERINGS, node.className) ? LOWERINGS[node.className] : undefined;
  if (lowering === undefined) throw unsupported(node, 'this kind of layer has no ONNX form yet');
  return lowering;
}
