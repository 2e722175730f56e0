import type { MapOperators } from '../map-operators.ts';
import type { BlockedContext } from './blocked-context.ts';
import { blockedChannels } from './channels.ts';
import { blockedConvolutions } from './convolutions.ts';
import { blockedDepthwise } from './depthwise.ts';
import { blockedPools } from './pools.ts';
import { createReorder } from './reorder.ts';
import { blockedShapes } from './shapes.ts';

/** Maps in the blocks of ONNX Runtime's fastest convolutions, for a fixed number of rows. */
export function createBlockedMaps(context: BlockedContext): MapOperators {
  const reorder = createReorder(context);
  const { fromChannelsLast, toPlain } = reorder;
  return {
    fromChannelsLast,
    toPlain,
    toChannelsLast: (maps) => reorder.toChannelsLast(maps),
    ...blockedShapes(context, reorder),
    ...blockedConvolutions(context, reorder),
    ...blockedDepthwise(context, reorder),
    ...blockedChannels(context, reorder),
    ...blockedPools(context, reorder),
  };
}
