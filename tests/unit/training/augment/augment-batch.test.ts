import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { augmentBatch, type AugmentationPlan } from '../../../../src/training/augment/augment-batch.ts';
import { augmentImage } from '../../../../src/training/augment/augment-image.ts';
import { isAugmenting, type Augmentation } from '../../../../src/training/augment/augmentation.ts';
import { startAugmenter, type Augmenter } from '../../../../src/training/augment/augmenter.ts';
import { flip } from '../../../../src/training/augment/flip.ts';
import { shift } from '../../../../src/training/augment/shift.ts';
import { batchesOfEpoch } from '../../../../src/training/epoch-batches.ts';
import { barImages } from '../tiny-problem.ts';

const two = { height: 2, width: 3, channels: 2 };
const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
const bars = barImages(8);
const image = { height: 8, width: 8, channels: 1 };
const all: Augmentation = { flip: true, shift: 0.2, rotation: 15, brightness: 0.2, noise: 0.1 };
const plan: AugmentationPlan = { augmentation: all, image, seed: 5 };

function augmented(indices: readonly number[], epoch: number, { seed } = plan): Uint8Array[] {
  const batch = Uint8Array.from(
    indices.flatMap((index) => Array.from(bars.inputs.subarray(index * 64, index * 64 + 64))),
  );
  augmentBatch({ epoch, indices: Uint32Array.from(indices), pixels: batch }, { ...plan, seed });
  return indices.map((_, place) => batch.slice(place * 64, place * 64 + 64));
}

test('flip mirrors each row and keeps the channels of a pixel together', () => {
  expect([...flip(pixels, two)]).toEqual([5, 6, 3, 4, 1, 2, 15, 16, 13, 14, 11, 12]);
});

test('shift moves down and right and repeats the border', () => {
  expect([...shift(pixels, two, { down: 1, right: -1 })]).toEqual([3, 4, 5, 6, 5, 6, 3, 4, 5, 6, 5, 6]);
  expect([...shift(pixels, two, { down: 0, right: 0 })]).toEqual([...pixels]);
});

test.each<[keyof Augmentation, Augmentation]>([
  ['flip', { flip: true }],
  ['shift', { shift: 0.3 }],
  ['rotation', { rotation: 20 }],
  ['brightness', { brightness: 0.3 }],
  ['noise', { noise: 0.2 }],
])('%s varies an image within 0..255, and the same stream varies it equally', (_name, augmentation) => {
  const picture = bars.inputs.slice(0, 64) as Uint8Array;
  const varied = (seed: number): Uint8Array => augmentImage(picture, image, augmentation, seededRandom(seed));
  const forms = new Set([1, 2, 3, 4, 5, 6].map((seed) => varied(seed).join()));
  expect(forms.size).toBeGreaterThan(1);
  expect(varied(1)).toEqual(varied(1));
  expect(varied(1)).toHaveLength(64);
});

test('what happens to an image depends on seed, epoch and image, and not on its batch', () => {
  const [first, second] = augmented([3, 6], 1);
  expect(augmented([6], 1)).toEqual([second]);
  expect(augmented([6, 0, 3], 1)[2]).toEqual(first);
  expect(augmented([3], 2)).not.toEqual([first]);
  expect(augmented([3], 1, { ...plan, seed: 6 })).not.toEqual([first]);
});

test('the worker varies batches as the function does', async () => {
  const augmenter = startAugmenter(plan);
  const batch = { epoch: 2, indices: Uint32Array.of(4), pixels: bars.inputs.slice(256, 320) as Uint8Array };
  expect(await augmenter.augment(batch)).toEqual(augmented([4], 2)[0]);
  await augmenter.close();
  await expect(augmenter.augment({ ...batch, pixels: new Uint8Array(64) })).rejects.toThrow('thread has ended');
});

test('a batch is varied while the one before it is trained on, and never two ahead', async () => {
  const begun: number[] = [];
  const augmenter: Augmenter = {
    augment: ({ indices, pixels: given }) => {
      begun.push(indices.length);
      return Promise.resolve(given);
    },
    close: () => Promise.resolve(),
  };
  const begunAtStep: number[] = [];
  for await (const batch of batchesOfEpoch(bars, { batchSize: 3, seed: 1 }, 1, augmenter)) {
    begunAtStep.push(begun.length);
    expect(batch.count).toBe(begun[begunAtStep.length - 1]);
  }
  expect(begunAtStep).toEqual([2, 3, 3]);
});

test('settings that change nothing count as none', () => {
  expect([undefined, {}, { flip: false, shift: 0, noise: 0 }].map((each) => isAugmenting(each))).toEqual([
    false,
    false,
    false,
  ]);
  expect(isAugmenting({ flip: true })).toBe(true);
});
