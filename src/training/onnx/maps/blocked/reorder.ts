import type { Value } from '../../graph-builder.ts';
import { mapShape, type MapShape, type Tensor } from '../../tensor.ts';
import { blockedNode, blockedTensor, wholeBlocks, type BlockedContext } from './blocked-context.ts';

/** From one layout to the other, each value once. */
export type Reorder = {
  readonly toBlocked: (tensor: Tensor) => Tensor;
  readonly toPlain: (tensor: Tensor) => Tensor;
  readonly fromChannelsLast: (value: Value, shape: MapShape) => Tensor;
  /** `[batch, height, width, channels]`; `keepFill` leaves the zeros of the last block in. */
  readonly toChannelsLast: (tensor: Tensor, options?: { readonly keepFill?: boolean }) => Value;
};

/** ONNX Runtime reorders whole groups of this many channels only. */
const REORDERED = 4;

/** Maps with fewer channels than a block stay as they come in: convolutions read them as they are. */
export function createReorder(context: BlockedContext): Reorder {
  const { ops, plain, block } = context;
  const toBlocked = once((tensor: Tensor): Tensor => {
    if (tensor.layout === 'blocked') return tensor;
    const [, , channels] = mapShape(tensor);
    const filled = ops.pad(tensor.value, [0, 0, 0, 0], [0, missing(channels), 0, 0]);
    return { ...tensor, layout: 'blocked', value: blockedNode(context, 'ReorderInput', [filled]) };
  });
  const toPlain = once((tensor: Tensor): Tensor => {
    if (tensor.layout === 'plain') return tensor;
    const [height, width, channels] = mapShape(tensor);
    const value =
      height * width === 1
        ? firstChannels(context, tensor.value, channels, 1)
        : blockedNode(context, 'ReorderOutput', [tensor.value], { channels });
    return { ...tensor, layout: 'plain', value };
  });
  const toChannelsLast = (tensor: Tensor, keepFill: boolean): Value => {
    const [height, width, channels] = mapShape(tensor);
    if (tensor.layout === 'plain' || height * width === 1) return plain.toChannelsLast(toPlain(tensor));
    const read = keepFill ? wholeBlocks(context, channels) : channels + missing(channels);
    const value = blockedNode(context, 'ReorderOutput', [tensor.value], { channels: read, channels_last: 1 });
    return keepFill ? value : firstChannels({ ...context, fill: read }, value, channels, 3);
  };
  const lastOnce = once((tensor: Tensor) => toChannelsLast(tensor, false));
  const lastFilledOnce = once((tensor: Tensor) => toChannelsLast(tensor, true));
  return {
    toBlocked,
    toPlain,
    fromChannelsLast: (value, shape) => {
      const [height, width, channels] = shape;
      if (channels < block || height * width === 1) return plain.fromChannelsLast(value, shape);
      const filled = ops.pad(value, [0, 0, 0, 0], [0, 0, 0, missing(channels)]);
      return blockedTensor(blockedNode(context, 'ReorderInput', [filled], { channels_last: 1 }), shape);
    },
    toChannelsLast: (tensor, { keepFill = false } = {}) => (keepFill ? lastFilledOnce(tensor) : lastOnce(tensor)),
  };
}

function missing(channels: number): number {
  return (REORDERED - (channels % REORDERED)) % REORDERED;
}

/** The real channels of a value whose axis holds whole blocks, or `fill` of them. */
export function firstChannels(
  context: BlockedContext & { readonly fill?: number },
  value: Value,
  channels: number,
  axis: number,
): Value {
  if (channels === (context.fill ?? wholeBlocks(context, channels))) return value;
  return context.ops.slice(value, [axis], { from: [0], to: [channels] });
}

function once<Result>(make: (tensor: Tensor) => Result): (tensor: Tensor) => Result {
  const made = new Map<Value, Result>();
  return (tensor) => {
    const known = made.get(tensor.value);
    if (known !== undefined) return known;
    const result = make(tensor);
    made.set(tensor.value, result);
    return result;
  };
}
