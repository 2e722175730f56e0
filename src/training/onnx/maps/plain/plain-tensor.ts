import type { Value } from '../../graph-builder.ts';
import type { Tensor } from '../../tensor.ts';

/** A value in ONNX's own layout. */
export function plainTensor(value: Value, shape: readonly number[]): Tensor {
  return { value, shape, layout: 'plain' };
}
