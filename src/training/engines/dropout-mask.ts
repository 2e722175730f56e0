import { seededRandom } from '../../core/seeded-random.ts';

/** Which values of a dropout layer are kept (1) and dropped (0) in one step: the same for every engine. */
export function dropoutMask(seed: number, step: number, layer: string, size: number, rate: number): Uint8Array {
  const random = seededRandom(seed, 'dropout', layer, step);
  const mask = new Uint8Array(size);
  for (let index = 0; index < size; index += 1) mask[index] = random.next() < rate ? 0 : 1;
  return mask;
}
