import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { DataError } from '../../../../src/core/errors.ts';
import { readIdxSet } from '../../../../src/datasets/idx/read-idx-set.ts';
import { readIdx } from '../../../../src/datasets/idx/read-idx.ts';
import { makeIdx, makeIdxFiles, temporaryFolder, writeFiles } from '../../../helpers/dataset-files.ts';

const bytes = makeIdx([2, 1, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));

async function read(content: Uint8Array) {
  const file = path.join(await temporaryFolder(), 'images');
  await writeFile(file, content);
  return readIdx(file, 3);
}

test.each([
  ['plain', bytes],
  ['gzip', gzipSync(bytes)],
])('reads a %s file', async (_, content) => {
  const { dimensions, data } = await read(content);
  expect(dimensions).toEqual([2, 1, 3]);
  expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  ['an empty file', Buffer.alloc(0), 'is cut off'],
  ['a cut-off header', bytes.subarray(0, 9), 'is cut off'],
  ['cut-off values', bytes.subarray(0, bytes.length - 1), 'says 2 × 1 × 3 = 6 values but holds 5'],
  ['values too many', Buffer.concat([bytes, Buffer.of(0)]), 'but holds 7'],
  ['labels', makeIdx([6], Uint8Array.of(1, 2, 3, 4, 5, 6)), 'expected 0x00000803'],
  ['cut-off gzip', gzipSync(bytes).subarray(0, 20), 'cannot be unpacked'],
  ['something else', Buffer.from('<!DOCTYPE html>.....'), 'magic number is 0x3c21444f'],
])('refuses %s', async (_, content, message) => {
  const reading = read(content);
  await expect(reading).rejects.toThrow(DataError);
  await expect(reading).rejects.toThrow(message);
});

test('refuses a set whose labels and images differ in number', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { ...makeIdxFiles(4, 4), 'train-labels-idx1-ubyte': makeIdx([3], Uint8Array.of(1, 2, 3)) });
  await expect(readIdxSet(folder, 'train')).rejects.toThrow('holds 4 images but there are 3 labels');
});
