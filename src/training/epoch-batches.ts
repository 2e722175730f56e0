import { pickSamples, type Samples } from '../core/samples.ts';
import { seededRandom } from '../core/seeded-random.ts';

/** The training samples of one epoch in the order that seed and epoch decide, batch by batch; the last may be smaller. */
export function* batchesOfEpoch(
  train: Samples,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
  epoch: number,
): Generator<Samples> {
  const order = Uint32Array.from({ length: train.count }, (_, index) => index);
  seededRandom(seed, 'epoch-order', epoch).shuffle(order);
  for (let start = 0; start < order.length; start += batchSize) {
    yield pickSamples(train, order.subarray(start, start + batchSize));
  }
}
