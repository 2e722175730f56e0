import { z } from 'zod';
import { defineArchitecture } from './architecture.ts';
import { chain } from './chain.ts';

/** Hidden layers between features and classes. */
export const mlp = defineArchitecture({
  description: 'a head on features: hidden dense layers with dropout',
  takes: 'features',
  parameters: z.strictObject({
    units: z.int().positive().default(128),
    hiddenLayers: z.int().min(1).default(1),
    dropout: z.number().min(0).lt(1).default(0.25),
  }),
  body: ({ layers: { layers } }, { units, hiddenLayers, dropout }, _image, features) =>
    chain(
      features,
      Array.from({ length: hiddenLayers }, (_, index) => [
        layers.dense({ name: `hidden${index + 1}`, units, activation: 'relu', kernelInitializer: 'zeros' }),
        ...(dropout > 0 ? [layers.dropout({ name: `dropout${index + 1}`, rate: dropout })] : []),
      ]).flat(),
    ),
});
