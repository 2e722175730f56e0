import type { Value } from '../../graph-builder.ts';
import type { Window } from '../../operators.ts';
import { mapShape, type MapShape, type Tensor } from '../../tensor.ts';
import { placesOf, shareOfPlaces } from '../../window.ts';
import type { Differentiable, MapOperators } from '../map-operators.ts';
import { plainTensor } from '../plain/plain-tensor.ts';
import {
  asMemory,
  blockedNode,
  blockedTensor,
  fromMemory,
  wholeBlocks,
  type BlockedContext,
} from './blocked-context.ts';
import { spreadByKernel } from './depthwise.ts';
import { firstChannels, type Reorder } from './reorder.ts';
import { padEnd } from './transposed-window.ts';

type Pools = Pick<MapOperators, 'maxPool' | 'averagePool' | 'globalMaxPool' | 'globalAveragePool' | 'upsample'>;

/**
 * Pools on blocks. The gradient of a maximum is shared by equals: where a map is flat, each place gets its part. Pools that
 * overlap, or reach beyond the edge, for their maximum are left to ONNX's own layout.
 */
export function blockedPools(context: BlockedContext, reorder: Reorder): Pools {
  const { ops, plain } = context;
  const viaPlain = (pooled: Differentiable): Differentiable => ({
    output: pooled.output,
    backward: (gradient) => pooled.backward(reorder.toPlain(gradient)),
  });
  return {
    maxPool: (maps, window) =>
      maps.layout === 'blocked' && isPlainTiling(window)
        ? maxPool(context, reorder, maps, window)
        : viaPlain(plain.maxPool(reorder.toPlain(maps), window)),
    averagePool: (maps, window) =>
      maps.layout === 'blocked'
        ? averagePool(context, reorder, maps, window)
        : viaPlain(plain.averagePool(maps, window)),
    globalMaxPool: (maps) => {
      if (maps.layout === 'plain') return plain.globalMaxPool(maps);
      const pooled = blockedNode(context, 'GlobalMaxPool', [maps.value]);
      return overAllPlaces(context, maps, pooled, (gradient) => {
        const largest = ops.cast(ops.equal(asMemory(context, maps), inAllPlaces(context, pooled, maps)), 'float32');
        const equals = blockedNode(context, 'GlobalAveragePool', [fromMemory(context, largest, maps.shape).value]);
        const [height, width] = mapShape(maps);
        const shares = ops.divide(gradient, ops.multiply(equals, ops.float(height * width)));
        return ops.multiply(largest, inAllPlaces(context, shares, maps));
      });
    },
    globalAveragePool: (maps) => {
      if (maps.layout === 'plain') return plain.globalAveragePool(maps);
      const [height, width] = mapShape(maps);
      const pooled = blockedNode(context, 'GlobalAveragePool', [maps.value]);
      return overAllPlaces(context, maps, pooled, (gradient) =>
        inAllPlaces(context, ops.multiply(gradient, ops.float(1 / (height * width))), maps),
      );
    },
    upsample: (maps, size) => {
      if (maps.layout === 'plain') return viaPlain(plain.upsample(maps, size));
      const window = tiles(size);
      return {
        output: repeat(context, maps, size),
        backward: (gradient) => {
          const sums = ops.multiply(
            pool(context, 'AveragePool', reorder.toBlocked(gradient), window).value,
            ops.float(size[0] * size[1]),
          );
          return blockedTensor(sums, maps.shape);
        },
      };
    },
  };
}

function tiles(size: readonly [number, number]): Window {
  return { kernel: size, strides: size, dilations: [1, 1], pads: [0, 0, 0, 0] };
}

function isPlainTiling({ kernel, strides, pads }: Window): boolean {
  return kernel.every((size, axis) => size === strides[axis]) && pads.every((pad) => pad === 0);
}

function pool(context: BlockedContext, operator: string, maps: Tensor, window: Window): Tensor {
  const [height, width, channels] = mapShape(maps);
  const { kernel, strides, pads } = window;
  const value = blockedNode(context, operator, [maps.value], { kernel_shape: kernel, strides, pads });
  return blockedTensor(value, [...placesOf([height, width], window), channels]);
}

function repeat(context: BlockedContext, maps: Tensor, [down, across]: readonly [number, number]): Tensor {
  const [height, width, channels] = mapShape(maps);
  const value = blockedNode(context, 'Upsample', [maps.value], { scales: [1, 1, down, across], mode: 'nearest' });
  return blockedTensor(value, [height * down, width * across, channels]);
}

/** Repeats each place for its window, and leaves zeros where the windows do not reach. */
function repeatInto(
  context: BlockedContext,
  maps: Tensor,
  size: readonly [number, number],
  [height, width]: MapShape,
): Tensor {
  const repeated = repeat(context, maps, size);
  const [reachedRows, reachedColumns] = mapShape(repeated);
  if (reachedRows === height && reachedColumns === width) return repeated;
  return padEnd(context, repeated, [height - reachedRows, width - reachedColumns]);
}

function maxPool(context: BlockedContext, reorder: Reorder, maps: Tensor, window: Window): Differentiable {
  const { ops } = context;
  const { kernel } = window;
  const pooled = pool(context, 'MaxPool', maps, window);
  return {
    output: { ...pooled, ...(maps.rectified === undefined ? {} : { rectified: true }) },
    backward: (gradient) => {
      const largest = ops.cast(
        ops.equal(maps.value, repeatInto(context, pooled, kernel, mapShape(maps)).value),
        'float32',
      );
      const equals = pool(context, 'AveragePool', blockedTensor(largest, maps.shape), window);
      const shares = ops.divide(
        reorder.toBlocked(gradient).value,
        ops.multiply(equals.value, ops.float(kernel[0] * kernel[1])),
      );
      // Where the largest of rectified values is zero, all are: the ReLU lets nothing through there.
      const open = maps.rectified === true ? ops.multiply(shares, ops.ramp(pooled.value, 1e30)) : shares;
      const spread = repeatInto(context, blockedTensor(open, pooled.shape), kernel, mapShape(maps));
      const value = ops.multiply(largest, spread.value);
      return { ...blockedTensor(value, maps.shape), ...(maps.rectified === true ? { masked: true } : {}) };
    },
  };
}

function averagePool(context: BlockedContext, reorder: Reorder, maps: Tensor, window: Window): Differentiable {
  const { ops } = context;
  const [height, width, channels] = mapShape(maps);
  const pooled = pool(context, 'AveragePool', maps, window);
  const [rows, columns] = mapShape(pooled);
  const count = window.kernel[0] * window.kernel[1];
  return {
    output: pooled,
    backward: (gradient) => {
      const blocked = reorder.toBlocked(gradient);
      const shares = ops.floats(shareOfPlaces([height, width], window), [1, rows, columns, 1]);
      const shared = fromMemory(context, ops.multiply(asMemory(context, blocked), shares), blocked.shape);
      if (isPlainTiling(window)) return repeatInto(context, shared, window.kernel, mapShape(maps));
      const whole = wholeBlocks(context, channels);
      const cells = ops.expand(ops.floats([1], [1, 1]), ops.integers([count, whole]));
      return spreadByKernel(context, shared, {
        cells,
        filter: { window, channels, filters: channels },
        input: mapShape(maps),
      });
    },
  };
}

/** One number a channel and row, `[batch, channels, 1, 1]` blocked, standing in all places of the maps' memory. */
function inAllPlaces(context: BlockedContext, perChannel: Value, maps: Tensor): Value {
  const { ops, block, batch } = context;
  const [height, width, channels] = mapShape(maps);
  const blocks = (batch * wholeBlocks(context, channels)) / block;
  return ops.expand(ops.reshape(perChannel, [blocks, 1, 1, block]), ops.integers([blocks, height, width, block]));
}

/** A pool over whole maps: with one place a block is plain, but for the channels that fill the last. */
function overAllPlaces(
  context: BlockedContext,
  maps: Tensor,
  pooled: Value,
  backward: (gradient: Value) => Value,
): Differentiable {
  const { ops, batch } = context;
  const [, , channels] = mapShape(maps);
  const whole = wholeBlocks(context, channels);
  const rows = firstChannels(context, ops.reshape(pooled, [batch, whole]), channels, 1);
  return {
    output: plainTensor(rows, [channels]),
    backward: ({ value }) => {
      const filled = ops.reshape(ops.pad(value, [0, 0], [0, whole - channels]), [batch, whole, 1, 1]);
      return fromMemory(context, backward(filled), maps.shape);
    },
  };
}
