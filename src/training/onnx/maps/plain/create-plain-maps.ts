import type { GraphBuilder } from '../../graph-builder.ts';
import type { Operators } from '../../operators.ts';
import type { MapOperators } from '../map-operators.ts';
import { plainChannels } from './channels.ts';
import { plainConvolutions } from './convolutions.ts';
import { plainDepthwise } from './depthwise.ts';
import { plainPools } from './pools.ts';
import { plainShapes } from './shapes.ts';

/** Maps as ONNX has them: standard operators, any runtime, any number of rows. */
export function createPlainMaps(graph: GraphBuilder, ops: Operators): MapOperators {
  return {
    ...plainShapes(ops),
    ...plainConvolutions(ops),
    ...plainDepthwise(graph, ops),
    ...plainChannels(ops),
    ...plainPools(ops),
  };
}
