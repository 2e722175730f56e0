import { overlap } from '../core/overlap.ts';
import { pickSamples, type Samples } from '../core/samples.ts';
import { seededRandom } from '../core/seeded-random.ts';
import type { Augmenter } from './augment/augmenter.ts';

/**
 * The training samples of one epoch in the order that seed and epoch decide, batch by batch; the last may be smaller. With
 * an augmenter each batch is varied while the one before it is trained on.
 */
export async function* batchesOfEpoch(
  train: Samples,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
  epoch: number,
  augmenter?: Augmenter,
): AsyncGenerator<Samples> {
  const order = Uint32Array.from({ length: train.count }, (_, index) => index);
  seededRandom(seed, 'epoch-order', epoch).shuffle(order);
  const starts = Array.from({ length: Math.ceil(train.count / batchSize) }, (_, index) => index * batchSize);
  yield* overlap(starts, (start) => prepareBatch(train, order.slice(start, start + batchSize), epoch, augmenter));
}

async function prepareBatch(
  train: Samples,
  indices: Uint32Array,
  epoch: number,
  augmenter: Augmenter | undefined,
): Promise<Samples> {
  const batch = pickSamples(train, indices);
  const { inputs: pixels } = batch;
  if (augmenter === undefined || !(pixels instanceof Uint8Array)) return batch;
  return { ...batch, inputs: await augmenter.augment({ epoch, indices, pixels }) };
}
