import type { Value } from '../../graph-builder.ts';
import type { Operators, Pads } from '../../operators.ts';
import { mapShape, type MapShape, type Tensor } from '../../tensor.ts';
import type { MapAxis, MapOperators } from '../map-operators.ts';
import { plainTensor } from './plain-tensor.ts';

type ShapeOperators = Pick<
  MapOperators,
  'fromChannelsLast' | 'toChannelsLast' | 'toPlain' | 'elementwise' | 'pad' | 'concat' | 'split' | 'sumPlaces'
>;

/** Moving maps about, in ONNX's own layout. */
export function plainShapes(ops: Operators): ShapeOperators {
  return {
    fromChannelsLast: (value, shape) => plainTensor(channelsFirst(ops, value, shape), shape),
    toChannelsLast: ({ value, shape }) => channelsLast(ops, value, mapShape({ shape })),
    toPlain: (maps) => maps,
    elementwise: (inputs, body) => plainTensor(body(...inputs.map(({ value }) => value)), broadcastShape(inputs)),
    pad: ({ value, shape }, pads) => {
      const padded = ops.pad(value, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
      return { ...plainTensor(padded, paddedShape(mapShape({ shape }), pads)), padded: true };
    },
    concat: (parts, axis) => {
      const joined = ops.concat(
        parts.map(({ value }) => value),
        AXES[axis].plain,
      );
      return plainTensor(joined, joinedShape(parts, axis));
    },
    split: ({ value, shape }, sizes, axis) =>
      ops
        .split(value, sizes, AXES[axis].plain)
        .map((part, index) => plainTensor(part, withSize(mapShape({ shape }), axis, sizes[index]!))),
    sumPlaces: ({ value, shape }) => {
      const [, , channels] = mapShape({ shape });
      return plainTensor(ops.reshape(ops.reduceSum(value, [2, 3]), [-1, channels, 1, 1]), [1, 1, channels]);
    },
  };
}

const AXES = {
  height: { plain: 2, row: 0 },
  width: { plain: 3, row: 1 },
  channels: { plain: 1, row: 2 },
} as const satisfies Readonly<Record<MapAxis, { plain: number; row: number }>>;

/** With one channel, or one place, the order of the numbers is the same and nothing is moved. */
function channelsFirst(ops: Operators, value: Value, [height, width, channels]: MapShape): Value {
  if (channels === 1 || height * width === 1) return ops.reshape(value, [-1, channels, height, width]);
  return ops.transpose(value, [0, 3, 1, 2]);
}

function channelsLast(ops: Operators, value: Value, [height, width, channels]: MapShape): Value {
  if (channels === 1 || height * width === 1) return ops.reshape(value, [-1, height, width, channels]);
  return ops.transpose(value, [0, 2, 3, 1]);
}

/** The shape that tensors give together: sizes of 1 stretch. */
export function broadcastShape(inputs: readonly Tensor[]): readonly number[] {
  return inputs[0]!.shape.map((_, axis) => Math.max(...inputs.map(({ shape }) => shape[axis]!)));
}

/** The shape after padding. */
export function paddedShape([height, width, channels]: MapShape, [top, left, bottom, right]: Pads): MapShape {
  return [height + top + bottom, width + left + right, channels];
}

/** The shape of parts put together along an axis. */
export function joinedShape(parts: readonly Tensor[], axis: MapAxis): MapShape {
  const sizes = parts.map((part) => mapShape(part)[AXES[axis].row]);
  return withSize(
    mapShape(parts[0]!),
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  );
}

/** The shape with another size along an axis. */
export function withSize([height, width, channels]: MapShape, axis: MapAxis, size: number): MapShape {
  const sizes = { height, width, channels, [axis]: size };
  return [sizes.height, sizes.width, sizes.channels];
}
