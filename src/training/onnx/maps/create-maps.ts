import type { GraphBuilder } from '../graph-builder.ts';
import type { Operators } from '../operators.ts';
import { createBlockedMaps } from './blocked/create-blocked-maps.ts';
import type { MapOperators } from './map-operators.ts';
import { createPlainMaps } from './plain/create-plain-maps.ts';

/**
 * How a graph computes on maps: in ONNX's own layout, for any number of rows on any runtime, or in blocks of channels, for one
 * number of rows on ONNX Runtime's native library.
 */
export type MapLowering =
  { readonly kind: 'plain' } | { readonly kind: 'blocked'; readonly block: number; readonly batch: number };

/** The vocabulary for maps in that lowering. */
export function createMaps(graph: GraphBuilder, ops: Operators, lowering: MapLowering): MapOperators {
  const plain = createPlainMaps(graph, ops);
  return lowering.kind === 'plain' ? plain : createBlockedMaps({ graph, ops, plain, ...lowering });
}

/** The number of rows of a graph: `N`, open, or fixed. */
export function rowsOf(lowering: MapLowering): number | 'N' {
  return lowering.kind === 'plain' ? 'N' : lowering.batch;
}
