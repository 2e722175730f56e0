import { z } from 'zod';
import { readConfig, withoutWeights, type Lowering } from '../lowering.ts';
import type { ModelNode } from '../model-graph.ts';
import type { Window } from '../operators.ts';
import { mapShape, type Tensor } from '../tensor.ts';
import { placeWindow, sizeConfig, windowConfig } from '../window.ts';

const config = z.object({ ...windowConfig, poolSize: sizeConfig });
const globalConfig = z.object({
  dataFormat: z.literal('channelsLast').optional(),
  keepDims: z.literal(false).optional(),
});

/** The largest value of each window. */
export const maxPooling2d: Lowering = (node, { maps, inputs }) =>
  withoutWeights(maps.maxPool(inputs[0]!, windowOf(node, inputs[0]!)));

/** The mean of what each window covers of the maps. */
export const averagePooling2d: Lowering = (node, { maps, inputs }) =>
  withoutWeights(maps.averagePool(inputs[0]!, windowOf(node, inputs[0]!)));

export const globalMaxPooling2d: Lowering = (node, { maps, inputs }) => {
  readConfig(node, globalConfig);
  return withoutWeights(maps.globalMaxPool(inputs[0]!));
};

export const globalAveragePooling2d: Lowering = (node, { maps, inputs }) => {
  readConfig(node, globalConfig);
  return withoutWeights(maps.globalAveragePool(inputs[0]!));
};

function windowOf(node: ModelNode, input: Tensor): Window {
  const { poolSize, ...placing } = readConfig(node, config);
  const [height, width] = mapShape(input);
  return placeWindow([height, width], poolSize, placing);
}
