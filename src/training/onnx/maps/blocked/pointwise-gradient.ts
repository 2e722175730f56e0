import type { Value } from '../../graph-builder.ts';
import type { Tensor } from '../../tensor.ts';
import type { Filter } from '../map-operators.ts';
import type { BlockedContext } from './blocked-context.ts';
import type { Reorder } from './reorder.ts';

/** For a 1×1 kernel: one matrix product over all places of all rows. */
export function pointwiseKernelGradient(
  { ops }: BlockedContext,
  reorder: Reorder,
  maps: Tensor,
  gradient: Tensor,
  { channels, filters }: Filter,
): Value {
  const seen = ops.reshape(reorder.toChannelsLast(maps), [-1, channels]);
  const wanted = ops.reshape(reorder.toChannelsLast(gradient), [-1, filters]);
  return ops.reshape(ops.transposedMatMul(seen, wanted), [1, 1, channels, filters]);
}
