import { z } from 'zod';
import type { Layer } from '../tensorflow.ts';
import { defineArchitecture } from './architecture.ts';
import { chain } from './chain.ts';
import { requirePixels } from './require-pixels.ts';

/** Convolution, ReLU and pooling, `blocks` times with doubling filters, then one hidden dense layer: LeNet's shape. */
export const cnn = defineArchitecture({
  description: 'convolution blocks (filters double, maps halve), then a dense layer',
  parameters: z.strictObject({
    filters: z.int().positive().default(16),
    blocks: z.int().positive().default(3),
    kernel: z.int().positive().default(3),
    units: z.int().positive().default(64),
    dropout: z.number().min(0).lt(1).default(0.25),
  }),
  body: ({ layers: { layers } }, { filters, blocks, kernel, units, dropout }, image, pixels) => {
    requirePixels(image, 2 ** blocks, {
      because: `cnn with ${blocks} blocks halves the image ${blocks} times`,
      help: 'Use fewer blocks or larger images.',
    });
    const stack: Layer[] = [];
    for (let block = 1; block <= blocks; block += 1) {
      stack.push(
        layers.conv2d({
          name: `conv${block}`,
          filters: filters * 2 ** (block - 1),
          kernelSize: kernel,
          padding: 'same',
          activation: 'relu',
          kernelInitializer: 'zeros',
        }),
        layers.maxPooling2d({ name: `pool${block}`, poolSize: 2, strides: 2 }),
      );
    }
    stack.push(
      layers.flatten({ name: 'flatten' }),
      layers.dense({ name: 'hidden', units, activation: 'relu', kernelInitializer: 'zeros' }),
    );
    if (dropout > 0) stack.push(layers.dropout({ name: 'dropout', rate: dropout }));
    return chain(pixels, stack);
  },
});
