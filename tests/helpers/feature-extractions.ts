import type { Backbone } from '../../src/training/backbones/open-backbone.ts';
import { openFeatureExtractor } from '../../src/training/backbones/feature-extractor.ts';
import type { FeatureComputation } from '../../src/training/backbones/features/compute-features.ts';
import { graphOf, mobileNetV3Like, specOf } from './random-backbones.ts';

/** Images of each file: what is written of the first is on disk long before the second's five batches are done. */
export const SHARD_IMAGES = [8, 80] as const;
const SIZE = 224;
const BYTES = SIZE * SIZE * 3;

/** The features of two files of pixels by a small backbone, which takes some tens of milliseconds a batch. */
export function smallExtraction(
  folder: string,
  reporting: Pick<FeatureComputation, 'signal' | 'progress' | 'log'>,
): FeatureComputation {
  const size = { height: SIZE, width: SIZE };
  const net = mobileNetV3Like(SIZE);
  const spec = specOf(net, size);
  const backbone: Backbone = { ...graphOf(net, size), spec, file: 'net.onnx', sha256: 'b'.repeat(64) };
  return {
    ...reporting,
    folder,
    source: {
      backbone,
      tensorCacheId: 't'.repeat(64) as FeatureComputation['source']['tensorCacheId'],
      datasetVersionId: 'd'.repeat(64) as FeatureComputation['source']['datasetVersionId'],
    },
    shards: SHARD_IMAGES.map((count) => ({ count, load: () => Promise.resolve(rows(count)) })),
    openExtractor: () => openFeatureExtractor(backbone, { threads: 1 }),
  };
}

function rows(count: number) {
  return {
    count,
    images: new Uint8Array(count * BYTES).map((_, at) => (at * 7919 + (at >> 7) * 31) & 255),
    labels: Int32Array.from({ length: count }, (_, at) => at % 2),
    splits: Array.from({ length: count }, () => 'train' as const),
    sampleIds: new Uint8Array(count * 32).fill(count),
  };
}
