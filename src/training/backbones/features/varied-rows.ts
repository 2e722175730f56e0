import type { Augmenter } from '../../augment/augmenter.ts';
import type { ImageRows } from './compute-features.ts';

/**
 * The training images among the rows, varied; `first` is the place of the first row among all images, by which it is decided
 * how each is varied.
 */
export async function variedTrainingRows(
  { images, labels, splits, sampleIds, count }: ImageRows,
  augmenter: Augmenter,
  { copy, first }: { readonly copy: number; readonly first: number },
): Promise<ImageRows> {
  const size = images.length / Math.max(count, 1);
  const taken = [...splits.keys()].filter((at) => splits[at] === 'train');
  const pixels = new Uint8Array(taken.length * size);
  const ids = new Uint8Array(taken.length * ID_BYTES);
  taken.forEach((at, row) => {
    pixels.set(images.subarray(at * size, (at + 1) * size), row * size);
    ids.set(sampleIds.subarray(at * ID_BYTES, (at + 1) * ID_BYTES), row * ID_BYTES);
  });
  return {
    count: taken.length,
    images: await augmenter.augment({ epoch: copy, indices: Uint32Array.from(taken, (at) => first + at), pixels }),
    labels: Int32Array.from(taken, (at) => labels[at]!),
    splits: taken.map(() => 'train'),
    sampleIds: ids,
  };
}

const ID_BYTES = 32;
