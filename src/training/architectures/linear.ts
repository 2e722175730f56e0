import { z } from 'zod';
import { defineArchitecture } from './architecture.ts';
import { chain } from './chain.ts';

/** Logistic regression on features: what a good backbone needs, and the baseline of every other head. */
export const linear = defineArchitecture({
  description: 'a head on features: one dense layer',
  takes: 'features',
  parameters: z.strictObject({
    dropout: z.number().min(0).lt(1).default(0),
    /** Above 0: training begins at the linear discriminant with that shrinkage, not at random weights. */
    shrinkage: z.number().min(0).max(1).default(0),
  }),
  body: ({ layers: { layers } }, { dropout }, _image, features) =>
    dropout > 0 ? chain(features, [layers.dropout({ name: 'dropout', rate: dropout })]) : features,
});
