import type { Value } from '../../graph-builder.ts';
import type { Operators, Window } from '../../operators.ts';
import { mapShape, type Tensor } from '../../tensor.ts';
import { isTiling, placesOf, shareOfPlaces, unreachedBy } from '../../window.ts';
import type { Differentiable, MapOperators } from '../map-operators.ts';
import { plainTensor } from './plain-tensor.ts';

type Pools = Pick<MapOperators, 'maxPool' | 'averagePool' | 'globalMaxPool' | 'globalAveragePool' | 'upsample'>;

/** Pools in ONNX's own layout. The gradient of a maximum goes to the first of equals. */
export function plainPools(ops: Operators): Pools {
  return {
    maxPool: (maps, window) => maxPool(ops, maps, window),
    averagePool: (maps, window) => averagePool(ops, maps, window),
    globalMaxPool: (maps) => {
      const [height, width, channels] = mapShape(maps);
      const whole: Window = {
        kernel: [height, width],
        strides: [height, width],
        dilations: [1, 1],
        pads: [0, 0, 0, 0],
      };
      const { output, backward } = maxPool(ops, maps, whole);
      return {
        output: plainTensor(ops.reshape(output.value, [-1, channels]), [channels]),
        backward: ({ value }) => backward(plainTensor(ops.reshape(value, [-1, channels, 1, 1]), [1, 1, channels])),
      };
    },
    globalAveragePool: (maps) => {
      const [height, width, channels] = mapShape(maps);
      return {
        output: plainTensor(ops.reshape(ops.globalAveragePool(maps.value), [-1, channels]), [channels]),
        backward: ({ value }) => {
          const mean = ops.reshape(ops.multiply(value, ops.float(1 / (height * width))), [-1, channels, 1, 1]);
          return plainTensor(ops.expand(mean, ops.integers([1, channels, height, width])), maps.shape);
        },
      };
    },
    upsample: (maps, [rows, columns]) => {
      const [height, width, channels] = mapShape(maps);
      const window: Window = {
        kernel: [rows, columns],
        strides: [rows, columns],
        dilations: [1, 1],
        pads: [0, 0, 0, 0],
      };
      return {
        output: plainTensor(ops.repeatPlaces(maps.value, ops.floats([1, 1, rows, columns])), [
          height * rows,
          width * columns,
          channels,
        ]),
        backward: ({ value }) =>
          plainTensor(ops.multiply(ops.averagePool(value, window), ops.float(rows * columns)), maps.shape),
      };
    },
  };
}

function maxPool(ops: Operators, maps: Tensor, window: Window): Differentiable {
  const [height, width, channels] = mapShape(maps);
  const [maxima, indices] = ops.maxPoolWithIndices(apartFromPad(ops, maps), window);
  return {
    output: plainTensor(maxima, [...placesOf([height, width], window), channels]),
    backward: ({ value }) => {
      const shape = ops.shapeOf(maps.value);
      if (isTiling(window)) return plainTensor(ops.maxUnpool(value, indices, shape, window), maps.shape);
      const flat = (part: Value): Value => ops.reshape(part, [-1]);
      const scattered = ops.scatterAdd(flat(ops.zeros(shape)), flat(indices), flat(value));
      return plainTensor(ops.reshapeLike(scattered, shape), maps.shape);
    },
  };
}

function averagePool(ops: Operators, maps: Tensor, window: Window): Differentiable {
  const [height, width, channels] = mapShape(maps);
  const places = placesOf([height, width], window);
  const { kernel } = window;
  const ones = ops.floats(new Array<number>(channels * kernel[0] * kernel[1]).fill(1), [channels, 1, ...kernel]);
  return {
    output: plainTensor(ops.averagePool(apartFromPad(ops, maps), window), [...places, channels]),
    backward: (gradient) => {
      const shares = ops.multiply(
        gradient.value,
        ops.floats(shareOfPlaces([height, width], window), [1, 1, ...places]),
      );
      const outputPadding = unreachedBy(window, [height, width], places);
      return plainTensor(ops.convTranspose(shares, ones, window, { outputPadding, group: channels }), maps.shape);
    },
  };
}

/**
 * A padded value with a step between it and what follows, which changes nothing. Joined with a Pad (ONNX Runtime's PadFusion), a maximum
 * would be that of the maps without the zeros, and a pool smaller than the padding cannot be made.
 */
function apartFromPad(ops: Operators, { value, padded }: Tensor): Value {
  return padded === true ? ops.maximum(value, ops.float(LOWEST)) : value;
}

/** The lowest float32. */
const LOWEST = -(2 - 2 ** -23) * 2 ** 127;
