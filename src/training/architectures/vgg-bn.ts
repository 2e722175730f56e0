import { z } from 'zod';
import type { Layer } from '../tensorflow.ts';
import { defineArchitecture } from './architecture.ts';
import { chain } from './chain.ts';
import { normalisedConvolution } from './normalised.ts';
import { requirePixels } from './require-pixels.ts';

/**
 * VGG (arXiv 1409.1556) with batch normalisation: blocks of 3×3 convolutions, each block halved by pooling, then the mean over all
 * places instead of VGG's dense layers. 288,746 trainable weights for 3 channels and 10 classes.
 */
export const vggBn = defineArchitecture({
  description:
    'blocks of 3×3 convolutions with batch normalisation (filters double, maps halve), then the mean of each map',
  parameters: z.strictObject({
    filters: z.int().min(1).max(512).default(32),
    blocks: z.int().min(1).max(6).default(3),
    convolutions: z.int().min(1).max(8).default(2),
    dropout: z.number().min(0).lt(1).default(0),
  }),
  body: (tf, { filters, blocks, convolutions, dropout }, image, pixels) => {
    const { layers } = tf.layers;
    requirePixels(image, 2 ** blocks, {
      because: `vgg-bn with ${blocks} blocks halves the image ${blocks} times`,
      help: 'Use fewer blocks or larger images.',
    });
    const stack: Layer[] = [];
    for (let block = 1; block <= blocks; block += 1) {
      for (let number = 1; number <= convolutions; number += 1) {
        const convolution = { name: `block${block}-conv${number}`, filters: filters * 2 ** (block - 1) };
        stack.push(...normalisedConvolution(tf, convolution, 'relu'));
      }
      stack.push(layers.maxPooling2d({ name: `block${block}-pool`, poolSize: 2, strides: 2 }));
    }
    stack.push(layers.globalAveragePooling2d({ name: 'mean' }));
    if (dropout > 0) stack.push(layers.dropout({ name: 'dropout', rate: dropout }));
    return chain(pixels, stack);
  },
});
