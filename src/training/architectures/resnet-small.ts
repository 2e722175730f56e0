import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { TensorFlow } from '../tensorflow.ts';
import { defineArchitecture } from './architecture.ts';
import { chain } from './chain.ts';
import { normalisedConvolution } from './normalised.ts';
import { requirePixels } from './require-pixels.ts';

/**
 * A residual network for small images (arXiv 1512.03385 §4.2): a convolution, stages of blocks with doubling filters and halving
 * maps, and the mean over all places. Where a block changes the shape its shortcut is a 1×1 convolution (the paper's option B).
 * 3 stages of 3 blocks are ResNet-20.
 */
export const resnetSmall = defineArchitecture({
  description: 'residual blocks of 3×3 convolutions with batch normalisation; 3 blocks a stage are ResNet-20',
  parameters: z.strictObject({
    filters: z.int().min(1).max(512).default(16),
    stages: z.int().min(1).max(5).default(3),
    blocks: z.int().min(1).max(18).default(2),
    dropout: z.number().min(0).lt(1).default(0),
  }),
  body: (tf, { filters, stages, blocks, dropout }, image, pixels) => {
    const { layers } = tf.layers;
    requirePixels(image, 2 ** (stages - 1), {
      because: `resnet-small with ${stages} stages halves the image ${stages - 1} times`,
      help: 'Use fewer stages or larger images.',
    });
    let maps = chain(pixels, normalisedConvolution(tf, { name: 'stem', filters }, 'relu'));
    for (let stage = 1; stage <= stages; stage += 1) {
      for (let number = 1; number <= blocks; number += 1) {
        maps = residualBlock(tf, maps, {
          name: `stage${stage}-block${number}`,
          filters: filters * 2 ** (stage - 1),
          strides: stage > 1 && number === 1 ? 2 : 1,
        });
      }
    }
    const features = chain(maps, [layers.globalAveragePooling2d({ name: 'mean' })]);
    return dropout > 0 ? chain(features, [layers.dropout({ name: 'dropout', rate: dropout })]) : features;
  },
});

type Block = { readonly name: string; readonly filters: number; readonly strides: number };

function residualBlock(tf: TensorFlow, input: SymbolicTensor, { name, filters, strides }: Block): SymbolicTensor {
  const { layers } = tf.layers;
  const branch = chain(input, [
    ...normalisedConvolution(tf, { name: `${name}-conv1`, filters, strides }, 'relu'),
    ...normalisedConvolution(tf, { name: `${name}-conv2`, filters }, 'linear'),
  ]);
  const isSameShape = strides === 1 && input.shape.at(-1) === filters;
  const projection = { name: `${name}-shortcut`, filters, kernelSize: 1, strides };
  const shortcut = isSameShape ? input : chain(input, normalisedConvolution(tf, projection, 'linear'));
  const sum = layers.add({ name: `${name}-add` }).apply([branch, shortcut]) as SymbolicTensor;
  return chain(sum, [layers.reLU({ name: `${name}-relu` })]);
}
