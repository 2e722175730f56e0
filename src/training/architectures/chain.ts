import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Layer } from '../tensorflow.ts';

/** Layers of one input and one output, one after the other. */
export function chain(input: SymbolicTensor, layers: readonly Layer[]): SymbolicTensor {
  return layers.reduce((tensor, layer) => layer.apply(tensor) as SymbolicTensor, input);
}
