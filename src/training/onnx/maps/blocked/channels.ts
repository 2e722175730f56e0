import type { Value } from '../../graph-builder.ts';
import type { Window } from '../../operators.ts';
import { isMaps, mapShape, type Tensor } from '../../tensor.ts';
import type { MapOperators } from '../map-operators.ts';
import { blockedNode, blockedTensor, fillBlock, wholeBlocks, type BlockedContext } from './blocked-context.ts';
import { convolveEach } from './depthwise.ts';
import { firstChannels, type Reorder } from './reorder.ts';

type Channels = Pick<MapOperators, 'channelSums' | 'channelDots' | 'channelAffine'>;

/** What is done channel by channel: a convolution that sums over a whole map, or scales a single place. */
export function blockedChannels(context: BlockedContext, reorder: Reorder): Channels {
  const { ops, plain, batch } = context;
  const perChannel = (perRow: Value, channels: number): Value =>
    firstChannels(
      context,
      ops.reduceSum(ops.reshape(perRow, [batch, wholeBlocks(context, channels)]), [0]),
      channels,
      0,
    );
  return {
    channelSums: (tensor) => {
      if (!isBlocked(tensor)) return plain.channelSums(tensor);
      const [height, width, channels] = mapShape(tensor);
      const means = blockedNode(context, 'GlobalAveragePool', [tensor.value]);
      return ops.multiply(perChannel(means, channels), ops.float(height * width));
    },
    channelDots: (left, right) => {
      if (!isBlocked(left) && !isBlocked(right)) return plain.channelDots(left, right);
      return dots(context, reorder.toBlocked(left), reorder.toBlocked(right), perChannel);
    },
    channelAffine: (tensor, scale, shift) => {
      if (!isBlocked(tensor)) return plain.channelAffine(tensor, scale, shift);
      const [, , channels] = mapShape(tensor);
      const filters = ops.reshape(fillBlock(context, scale, channels), [wholeBlocks(context, channels), 1, 1, 1]);
      const bias = fillBlock(context, shift, channels);
      const value = convolveEach(context, tensor.value, { filters, window: ONE_PLACE, channels, bias });
      return blockedTensor(value, tensor.shape);
    },
  };
}

const ONE_PLACE: Window = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };

function isBlocked(tensor: Tensor): boolean {
  return isMaps(tensor) && tensor.layout === 'blocked';
}

function dots(
  context: BlockedContext,
  left: Tensor,
  right: Tensor,
  perChannel: (perRow: Value, channels: number) => Value,
): Value {
  const { ops, batch } = context;
  const [height, width, channels] = mapShape(left);
  const groups = batch * wholeBlocks(context, channels);
  const maps = ops.reshape(left.value, [1, groups, height, width]);
  const filters = ops.reshape(right.value, [groups, 1, height, width]);
  const sums = blockedNode(context, 'Conv', [maps, filters], {
    kernel_shape: [height, width],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    group: groups,
  });
  return perChannel(sums, channels);
}
