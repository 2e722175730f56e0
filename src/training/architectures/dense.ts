import { z } from 'zod';
import { defineArchitecture } from './architecture.ts';
import { chain } from './chain.ts';

/** Flattened pixels into dense layers: no notion of place, the baseline that a convolution must beat. */
export const dense = defineArchitecture({
  description: 'flattened pixels and dense layers, a baseline',
  parameters: z.strictObject({
    units: z.int().positive().default(128),
    hiddenLayers: z.int().min(0).default(1),
    dropout: z.number().min(0).lt(1).default(0),
  }),
  body: ({ layers: { layers } }, { units, hiddenLayers, dropout }, _image, pixels) =>
    chain(pixels, [
      layers.flatten({ name: 'flatten' }),
      ...Array.from({ length: hiddenLayers }, (_, index) => [
        layers.dense({ name: `hidden${index + 1}`, units, activation: 'relu', kernelInitializer: 'zeros' }),
        ...(dropout > 0 ? [layers.dropout({ name: `dropout${index + 1}`, rate: dropout })] : []),
      ]).flat(),
    ]),
});
