import { unsupported, type Lowering } from '../lowering.ts';
import type { ModelNode } from '../model-graph.ts';
import { activation, elu, hardSwish, leakyRelu, relu, softmax } from './activations.ts';
import { batchNormalization } from './batch-normalization.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { dropout } from './dropout.ts';
import { add, concatenate, multiply } from './merges.ts';
import { averagePooling2d, globalAveragePooling2d, globalMaxPooling2d, maxPooling2d } from './pooling2d.ts';
import { rescaling } from './rescaling.ts';
import { separableConv2d } from './separable-conv2d.ts';
import { flatten, reshape, upSampling2d, zeroPadding2d } from './shapes.ts';

/** By the class names of TensorFlow.js layers. */
const LOWERINGS: Readonly<Record<string, Lowering>> = {
  Activation: activation,
  Add: add,
  AveragePooling2D: averagePooling2d,
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: conv2d,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  Dropout: dropout,
  ELU: elu,
  Flatten: flatten,
  GlobalAveragePooling2D: globalAveragePooling2d,
  GlobalMaxPooling2D: globalMaxPooling2d,
  HardSwish: hardSwish,
  LeakyReLU: leakyRelu,
  MaxPooling2D: maxPooling2d,
  Multiply: multiply,
  ReLU: relu,
  Rescaling: rescaling,
  Reshape: reshape,
  SeparableConv2D: separableConv2d,
  Softmax: softmax,
  UpSampling2D: upSampling2d,
  ZeroPadding2D: zeroPadding2d,
};

/** @throws TrainingError naming the layer, when its kind has no ONNX form. */
export function findLowering(node: ModelNode): Lowering {
  const lowering = Object.hasOwn(LOWERINGS, node.className) ? LOWERINGS[node.className] : undefined;
  if (lowering === undefined) throw unsupported(node, 'this kind of layer has no ONNX form yet');
  return lowering;
}
