import type { Value } from './graph-builder.ts';

/**
 * How maps lie in memory. `plain`: channels first, `[N, C, H, W]`, ONNX's own. `blocked`: `[N, C ÷ B, H, W, B]` with C rounded up
 * to blocks of B channels, declared as `[N, C, H, W]`: the form in which ONNX Runtime's fastest convolutions compute.
 */
export type Layout = 'plain' | 'blocked';

/** A value while a graph is built, with what layers must know of it. */
export type Tensor = {
  /** Of one row, in TensorFlow's order: `[height, width, channels]` or `[features]`. Anything but maps is `plain`. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly value: Value;
  /** Known to have no negative values: the output of a ReLU. */
  readonly rectified?: true;
  /** A gradient that is zero already where the rectified value it belongs to is zero. */
  readonly masked?: true;
  /** Comes straight out of a Pad. ONNX Runtime joins that with a pool behind it, whose own padding is no zeros. */
  readonly padded?: true;
};

export type MapShape = readonly [height: number, width: number, channels: number];

/** The sizes of maps. @throws RangeError for a tensor that is none: a defect of the layer that asks. */
export function mapShape({ shape }: { readonly shape: readonly number[] }): MapShape {
  const [height, width, channels] = shape;
  if (shape.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    throw new RangeError(`Expected maps [height, width, channels], received [${shape.join(', ')}].`);
  }
  return [height, width, channels];
}

/** Whether a row of this shape is maps. */
export function isMaps({ shape }: { readonly shape: readonly number[] }): boolean {
  return shape.length === 3;
}
