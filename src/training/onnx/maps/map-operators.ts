import type { Value } from '../graph-builder.ts';
import type { Pads, Window } from '../operators.ts';
import type { MapShape, Tensor } from '../tensor.ts';

/**
 * The vocabulary for maps `[height, width, channels]`, in which layers are written once for every way maps can lie in memory.
 * Kernels have the shapes TensorFlow.js gives them; what has one number a channel is a value `[channels]`.
 */
export interface MapOperators {
  /** Floats `[N, height, width, channels]` as maps. */
  fromChannelsLast(value: Value, shape: MapShape): Tensor;
  /** Maps as a value `[N, height, width, channels]`. */
  toChannelsLast(maps: Tensor): Value;
  /** The same maps as ONNX's own operators want them, `[N, channels, height, width]`. */
  toPlain(maps: Tensor): Tensor;

  /**
   * The same for every element of tensors of equal shape, which the body gets in one layout. Where one has a single place
   * `[1, 1, channels]`, its values hold for all places.
   */
  elementwise(inputs: readonly Tensor[], body: (...values: Value[]) => Value): Tensor;

  /** Kernel `[height, width, channels, filters]`, bias `[filters]`. */
  conv(maps: Tensor, kernel: Value, bias: Value | undefined, filter: Filter): Tensor;
  convInputGradient(gradient: Tensor, kernel: Value, filter: Filter, input: MapShape): Tensor;
  convKernelGradient(maps: Tensor, gradient: Tensor, filter: Filter): Value;

  /** Kernel `[height, width, channels, multiplier]`; output channel `c × multiplier + m` sees channel c alone. */
  depthwiseConv(maps: Tensor, kernel: Value, bias: Value | undefined, filter: Filter): Tensor;
  depthwiseInputGradient(gradient: Tensor, kernel: Value, filter: Filter, input: MapShape): Tensor;
  depthwiseKernelGradient(maps: Tensor, gradient: Tensor, filter: Filter): Value;

  /** Sums over rows and places, channel by channel: `[channels]`. */
  channelSums(tensor: Tensor): Value;
  /** Sums of products over rows and places, channel by channel: `[channels]`. */
  channelDots(left: Tensor, right: Tensor): Value;
  /** `tensor × scale + shift`, channel by channel. */
  channelAffine(tensor: Tensor, scale: Value, shift: Value): Tensor;

  maxPool(maps: Tensor, window: Window): Differentiable;
  averagePool(maps: Tensor, window: Window): Differentiable;
  /** The largest and the mean value of each channel: rows `[channels]`. */
  globalMaxPool(maps: Tensor): Differentiable;
  globalAveragePool(maps: Tensor): Differentiable;

  /** Zeros around, or with negative pads less of the edge. */
  pad(maps: Tensor, pads: Pads): Tensor;
  /** Every place becomes `[height, width]` places of its value. */
  upsample(maps: Tensor, size: readonly [number, number]): Differentiable;
  concat(parts: readonly Tensor[], axis: MapAxis): Tensor;
  split(maps: Tensor, sizes: readonly number[], axis: MapAxis): Tensor[];
  /** Sums over all places: maps `[1, 1, channels]`. */
  sumPlaces(maps: Tensor): Tensor;
}

export type MapAxis = 'height' | 'width' | 'channels';

/** Where a kernel goes, and how many maps it makes of how many. */
export type Filter = { readonly window: Window; readonly channels: number; readonly filters: number };

/** A value, and the gradient to what it was made of from the gradient to it. */
export type Differentiable = { readonly output: Tensor; readonly backward: (gradient: Tensor) => Tensor };
