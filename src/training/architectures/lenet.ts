import { z } from 'zod';
import { defineArchitecture } from './architecture.ts';
import { chain } from './chain.ts';
import { requirePixels } from './require-pixels.ts';

/**
 * LeNet-5's shape (LeCun et al. 1998) with ReLU and max pooling: two convolutions without padding, each halved, and a hidden dense
 * layer. 225,034 weights for 28×28×1 and 10 classes.
 */
export const lenet = defineArchitecture({
  description: 'two convolutions without padding, each halved by pooling, then a dense layer; for small grey images',
  parameters: z.strictObject({
    filters: z.int().min(1).max(1024).default(32),
    kernel: z.int().min(1).max(15).default(3),
    units: z.int().min(1).max(8192).default(128),
    dropout: z.number().min(0).lt(1).default(0),
  }),
  body: ({ layers: { layers } }, { filters, kernel, units, dropout }, image, pixels) => {
    requirePixels(image, 3 * kernel + 1, {
      because: `lenet takes ${kernel - 1} pixels off the image and halves it, twice,`,
      help: 'Use a smaller kernel or larger images.',
    });
    const convolution = (number: number) => [
      layers.conv2d({
        name: `conv${number}`,
        filters: filters * number,
        kernelSize: kernel,
        activation: 'relu',
        kernelInitializer: 'zeros',
      }),
      layers.maxPooling2d({ name: `pool${number}`, poolSize: 2, strides: 2 }),
    ];
    return chain(pixels, [
      ...convolution(1),
      ...convolution(2),
      layers.flatten({ name: 'flatten' }),
      layers.dense({ name: 'hidden', units, activation: 'relu', kernelInitializer: 'zeros' }),
      ...(dropout > 0 ? [layers.dropout({ name: 'dropout', rate: dropout })] : []),
    ]);
  },
});
