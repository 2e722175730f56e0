import type { Value } from '../../graph-builder.ts';
import type { Operators } from '../../operators.ts';
import { isMaps, type Tensor } from '../../tensor.ts';
import type { MapOperators } from '../map-operators.ts';
import { plainTensor } from './plain-tensor.ts';

type Channels = Pick<MapOperators, 'channelSums' | 'channelDots' | 'channelAffine'>;

/** What is done channel by channel, in ONNX's own layout; rows have their channels last. */
export function plainChannels(ops: Operators): Channels {
  const sumAxes = (tensor: Tensor): readonly number[] =>
    isMaps(tensor) ? [0, 2, 3] : tensor.shape.map((_, axis) => axis);
  return {
    channelSums: (tensor) => ops.reduceSum(tensor.value, sumAxes(tensor)),
    channelDots: (left, right) =>
      left.value === right.value
        ? ops.reduceSumSquare(left.value, sumAxes(left))
        : ops.reduceSum(ops.multiply(left.value, right.value), sumAxes(left)),
    channelAffine: (tensor, scale, shift) => plainTensor(affine(ops, tensor, scale, shift), tensor.shape),
  };
}

function affine(ops: Operators, tensor: Tensor, scale: Value, shift: Value): Value {
  if (!isMaps(tensor)) return ops.add(ops.multiply(tensor.value, scale), shift);
  const channels = tensor.shape[2]!;
  const zeros = ops.floats(new Array<number>(channels).fill(0));
  const ones = ops.floats(new Array<number>(channels).fill(1));
  return ops.channelAffine(tensor.value, scale, shift, zeros, ones);
}
