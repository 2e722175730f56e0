import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { DataError } from '../../../../src/core/errors.ts';
import { findCifar } from '../../../../src/datasets/cifar/find-cifar.ts';
import { writeCifarImages } from '../../../../src/datasets/cifar/write-cifar-images.ts';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import { listFiles, quietContext, temporaryFolder, writeFiles } from '../../../helpers/dataset-files.ts';
import { makeCifar10 } from '../../../helpers/make-cifar.ts';

async function write(files: Record<string, Buffer | string>) {
  const [folder, into] = [await temporaryFolder(), await temporaryFolder()];
  await writeFiles(folder, files);
  const context = quietContext();
  await writeCifarImages(await findCifar(folder, context.signal), into, context);
  return into;
}

test('every image is a PNG of the same pixels, in the folder of its set and class, numbered through the set', async () => {
  const files = makeCifar10(2);
  const into = await write(files);
  const written = await listFiles(into);
  expect(written).toHaveLength(12);
  expect(written.filter((name) => name.startsWith('test'))).toEqual([
    'test/airplane/00000.png',
    'test/automobile/00001.png',
  ]);
  const pixels = await loadSharp()(await readFile(path.join(into, 'train/automobile/00003.png')))
    .raw()
    .toBuffer();
  const record = (files['data_batch_2.bin'] as Buffer).subarray(3_073 + 1);
  const [red, green, blue] = [0, 1, 2].map((plane) => record.subarray(plane * 1_024, (plane + 1) * 1_024));
  expect([...pixels]).toEqual(Array.from(red!, (value, at) => [value, green![at]!, blue![at]!]).flat());
});

const whole = makeCifar10(1);
const without = (name: string) => Object.fromEntries(Object.entries(whole).filter(([file]) => file !== name));

test.each<[string, Record<string, Buffer | string>, string]>([
  ['a file that was cut off', { ...whole, 'test_batch.bin': Buffer.alloc(3_000) }, '3000 bytes are no whole number'],
  ['an empty file', { ...whole, 'test_batch.bin': '' }, '0 bytes are no whole number'],
  ['a label without a class', { ...whole, 'test_batch.bin': Buffer.alloc(3_073, 10) }, 'image 0 has label 10'],
  ['too few class names', { ...whole, 'batches.meta.txt': 'cat\ndog\n' }, '10 different names'],
  ['a class name that leads elsewhere', { ...whole, 'batches.meta.txt': names('../evil') }, '10 different names'],
  ['a missing file', without('data_batch_3.bin'), 'lacks data_batch_3.bin of CIFAR-10'],
  ['files for Python', { 'cifar-10-batches-py/data_batch_1': 'pickled' }, 'those for Python'],
  ['no such files', { 'a.txt': 'x' }, 'neither data_batch_1.bin nor train.bin'],
])('tells %s', async (_, files, reason) => {
  const written = write(files);
  await expect(written).rejects.toThrow(DataError);
  await expect(written).rejects.toThrow(reason);
});

function names(last: string): string {
  return [...'a b c d e f g h i'.split(' '), last].join('\n');
}
