import type { LabelledImages } from '../core/labelled-images.ts';
import { seededRandom } from '../core/seeded-random.ts';
import { bytesPerImage } from './image-shape.ts';

/** The training images of one epoch in the order that seed and epoch decide, batch by batch; the last may be smaller. */
export function* batchesOfEpoch(
  train: LabelledImages,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
  epoch: number,
): Generator<LabelledImages> {
  const order = Uint32Array.from({ length: train.count }, (_, index) => index);
  seededRandom(seed, 'epoch-order', epoch).shuffle(order);
  for (let start = 0; start < order.length; start += batchSize) {
    yield gather(train, order.subarray(start, start + batchSize));
  }
}

function gather(from: LabelledImages, indices: Uint32Array): LabelledImages {
  const size = bytesPerImage(from);
  const images = new Uint8Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  indices.forEach((index, position) => {
    images.set(from.images.subarray(index * size, (index + 1) * size), position * size);
    labels[position] = from.labels[index]!;
  });
  const { height, width, channels } = from;
  return { images, labels, count: indices.length, height, width, channels };
}
