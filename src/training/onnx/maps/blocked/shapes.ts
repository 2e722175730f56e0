import { isMaps, mapShape, type Tensor } from '../../tensor.ts';
import type { MapAxis, MapOperators } from '../map-operators.ts';
import { broadcastShape, joinedShape, paddedShape, withSize } from '../plain/shapes.ts';
import { asMemory, blockedNode, blockedTensor, blockMaps, fromMemory, type BlockedContext } from './blocked-context.ts';
import type { Reorder } from './reorder.ts';

type ShapeOperators = Pick<MapOperators, 'elementwise' | 'pad' | 'concat' | 'split' | 'sumPlaces'>;

/** Moving maps about in blocks; what cuts through a block goes by way of ONNX's own layout. */
export function blockedShapes(context: BlockedContext, reorder: Reorder): ShapeOperators {
  const { ops, plain } = context;
  return {
    elementwise: (inputs, body) => {
      if (!inputs.some(({ layout }) => layout === 'blocked')) return plain.elementwise(inputs, body);
      const blocked = inputs.map(reorder.toBlocked);
      const shape = broadcastShape(inputs);
      const isStretched = inputs.some((input) => input.shape.some((size, axis) => size !== shape[axis]));
      if (isStretched) return fromMemory(context, body(...blocked.map((input) => asMemory(context, input))), shape);
      return blockedTensor(body(...blocked.map(({ value }) => value)), shape);
    },
    pad: (maps, pads) => {
      if (maps.layout === 'plain') return plain.pad(maps, pads);
      const padded = ops.pad(asMemory(context, maps), [0, pads[0], pads[1], 0], [0, pads[2], pads[3], 0]);
      return fromMemory(context, padded, paddedShape(mapShape(maps), pads));
    },
    concat: (parts, axis) => {
      if (!isWhole(context, parts, axis)) return plain.concat(parts.map(reorder.toPlain), axis);
      const joined = ops.concat(
        parts.map((part) => asBlocks(context, part)),
        AXES[axis],
      );
      const shape = joinedShape(parts, axis);
      return fromMemory(context, ops.reshape(joined, [-1, shape[0], shape[1], context.block]), shape);
    },
    split: (maps, sizes, axis) => {
      const parts = sizes.map((size) => ({ ...maps, shape: withSize(mapShape(maps), axis, size) }));
      if (!isWhole(context, parts, axis)) return plain.split(reorder.toPlain(maps), sizes, axis);
      const counts = axis === 'channels' ? sizes.map((size) => size / context.block) : sizes;
      return ops
        .split(asBlocks(context, maps), counts, AXES[axis])
        .map((value, index) => fromMemory(context, value, parts[index]!.shape));
    },
    sumPlaces: (maps) => {
      if (maps.layout === 'plain') return plain.sumPlaces(maps);
      const [height, width, channels] = mapShape(maps);
      const means = blockedNode(context, 'GlobalAveragePool', [maps.value]);
      return blockedTensor(ops.multiply(means, ops.float(height * width)), [1, 1, channels]);
    },
  };
}

/** Of `[batch, blocks, height, width, block]`. */
const AXES = { channels: 1, height: 2, width: 3 } as const satisfies Readonly<Record<MapAxis, number>>;

function asBlocks(context: BlockedContext, maps: Tensor) {
  const [height, width] = mapShape(maps);
  const blocks = blockMaps(context, maps) / context.batch;
  return context.ops.reshape(maps.value, [context.batch, blocks, height, width, context.block]);
}

/** Whether the parts are maps in blocks and the axis does not cut through one. */
function isWhole({ block }: BlockedContext, parts: readonly Tensor[], axis: MapAxis): boolean {
  return parts.every(
    (part) => isMaps(part) && part.layout === 'blocked' && (axis !== 'channels' || mapShape(part)[2] % block === 0),
  );
}
