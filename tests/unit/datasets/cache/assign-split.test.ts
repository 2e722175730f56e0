import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { assignSplit, hashPixels } from '../../../../src/datasets/cache/assign-split.ts';
import type { SplitSettings } from '../../../../src/datasets/tensor-cache.ts';

const hash: SplitSettings = { kind: 'hash', train: 0.7, validation: 0.15, test: 0.15, salt: 'a', testFolder: 'apart' };
const pictures = Array.from({ length: 4_000 }, (_, at) => createHash('sha256').update(String(at)).digest());
const sample = (pixelHash: Buffer) => ({ pixelHash, set: undefined, hasValidationSet: false });

test('shares are met to within what chance allows, and another salt gives another split', () => {
  const splits = pictures.map((pixelHash) => assignSplit(sample(pixelHash), hash));
  const share = (name: string) => splits.filter((split) => split === name).length / splits.length;
  expect(share('train')).toBeCloseTo(0.7, 1);
  expect(share('validation')).toBeCloseTo(0.15, 1);
  expect(share('test')).toBeCloseTo(0.15, 1);
  const others = pictures.map((pixelHash) => assignSplit(sample(pixelHash), { ...hash, salt: 'b' }));
  expect(others).not.toEqual(splits);
});

test('the validation samples of a smaller share are among those of a larger one', () => {
  const small = { kind: 'folders', validation: 0.1, salt: 'a' } as const;
  const large = { kind: 'folders', validation: 0.2, salt: 'a' } as const;
  const of = (settings: SplitSettings) =>
    pictures.filter((pixelHash) => assignSplit({ ...sample(pixelHash), set: 'train' }, settings) === 'validation');
  const larger = new Set(of(large));
  expect(of(small).every((picture) => larger.has(picture))).toBe(true);
});

test.each([
  ['a test folder apart', { ...hash }, 'test', false, ['apart']],
  ['a test folder merged', { ...hash, testFolder: 'merge' }, 'test', false, ['test', 'train', 'validation']],
  ['folders', { kind: 'folders', validation: 0.2, salt: '' }, 'test', false, ['test']],
  [
    'folders, training samples',
    { kind: 'folders', validation: 0.2, salt: '' },
    'train',
    false,
    ['train', 'validation'],
  ],
  ['folders with a validation set', { kind: 'folders', validation: 0.2, salt: '' }, 'train', true, ['train']],
  ['its validation samples', { kind: 'folders', validation: 0.2, salt: '' }, 'validation', true, ['validation']],
  ['no test share', { ...hash, train: 0.7, validation: 0.3, test: 0 }, 'train', false, ['train', 'validation']],
] as const)('%s', (_, settings, set, hasValidationSet, expected) => {
  const splits = pictures.slice(0, 300).map((pixelHash) => assignSplit({ pixelHash, set, hasValidationSet }, settings));
  expect([...new Set(splits)].sort()).toEqual(expected);
});

test('the hash of pixels knows their shape', () => {
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const wide = hashPixels({ data, width: 6, height: 1, channels: 1 });
  expect(hashPixels({ data, width: 3, height: 2, channels: 1 })).not.toEqual(wide);
  expect(hashPixels({ data: data.slice(), width: 6, height: 1, channels: 1 })).toEqual(wide);
});
