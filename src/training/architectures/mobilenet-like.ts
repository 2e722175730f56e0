import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { TensorFlow } from '../tensorflow.ts';
import { defineArchitecture } from './architecture.ts';
import { chain } from './chain.ts';
import { normalisedConvolution } from './normalised.ts';
import { requirePixels } from './require-pixels.ts';

/**
 * MobileNetV2 (arXiv 1801.04381, table 2): a stem of stride 2, then the first `blocks` of its 17 inverted residuals, a 1×1
 * convolution to `headFilters` (0: none) and the mean over all places. All are MobileNetV2 itself; the first 8 without the last
 * convolution have 130,000 weights, for small images.
 */
export const mobilenetLike = defineArchitecture({
  description: "MobileNetV2's inverted residuals: how wide, and how many of its 17 blocks",
  parameters: z.strictObject({
    width: z.number().min(0.1).max(4).default(1),
    blocks: z.int().min(1).max(17).default(17),
    expansion: z.int().min(1).max(12).default(6),
    headFilters: z.int().min(0).max(4096).default(1280),
    dropout: z.number().min(0).lt(1).default(0),
  }),
  body: (tf, { width, blocks, expansion, headFilters, dropout }, image, pixels) => {
    const { layers } = tf.layers;
    const shapes = blockShapes().slice(0, blocks);
    const halvings = 1 + shapes.filter(({ strides }) => strides === 2).length;
    requirePixels(image, 2 ** halvings, {
      because: `mobilenet-like with ${blocks} blocks halves the image ${halvings} times`,
      help: 'Use fewer blocks or larger images.',
    });
    const stem = { name: 'stem', filters: roundedFilters(STEM_FILTERS * width), strides: 2 };
    let maps = chain(pixels, normalisedConvolution(tf, stem, 'relu6'));
    for (const [index, { filters, strides }] of shapes.entries()) {
      maps = invertedResidual(tf, maps, {
        name: `block${index + 1}`,
        expansion: index === 0 ? 1 : expansion,
        filters: roundedFilters(filters * width),
        strides,
      });
    }
    return chain(maps, [
      ...(headFilters > 0
        ? normalisedConvolution(tf, { name: 'head', filters: headFilters, kernelSize: 1 }, 'relu6')
        : []),
      layers.globalAveragePooling2d({ name: 'mean' }),
      ...(dropout > 0 ? [layers.dropout({ name: 'dropout', rate: dropout })] : []),
    ]);
  },
});

const STEM_FILTERS = 32;

/** Table 2 of the paper without its stem and its head. */
const STAGES = [
  { filters: 16, blocks: 1, strides: 1 },
  { filters: 24, blocks: 2, strides: 2 },
  { filters: 32, blocks: 3, strides: 2 },
  { filters: 64, blocks: 4, strides: 2 },
  { filters: 96, blocks: 3, strides: 1 },
  { filters: 160, blocks: 3, strides: 2 },
  { filters: 320, blocks: 1, strides: 1 },
] as const;

function blockShapes(): { readonly filters: number; readonly strides: number }[] {
  return STAGES.flatMap(({ filters, blocks, strides }) =>
    Array.from({ length: blocks }, (_, index) => ({ filters, strides: index === 0 ? strides : 1 })),
  );
}

/** The nearest multiple of 8 that is not more than a tenth below, as in the authors' code. */
function roundedFilters(filters: number): number {
  const rounded = Math.max(8, Math.floor((filters + 4) / 8) * 8);
  return rounded < 0.9 * filters ? rounded + 8 : rounded;
}

type Block = {
  readonly name: string;
  readonly expansion: number;
  readonly filters: number;
  readonly strides: number;
};

function invertedResidual(tf: TensorFlow, input: SymbolicTensor, { name, expansion, filters, strides }: Block) {
  const channels = input.shape.at(-1) ?? 0;
  const expand = { name: `${name}-expand`, filters: channels * expansion, kernelSize: 1 };
  const branch = chain(input, [
    ...(expansion > 1 ? normalisedConvolution(tf, expand, 'relu6') : []),
    ...normalisedConvolution(tf, { name: `${name}-depthwise`, strides }, 'relu6'),
    ...normalisedConvolution(tf, { name: `${name}-project`, filters, kernelSize: 1 }, 'linear'),
  ]);
  if (strides !== 1 || channels !== filters) return branch;
  return tf.layers.layers.add({ name: `${name}-add` }).apply([branch, input]) as SymbolicTensor;
}
