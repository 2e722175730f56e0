import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { DataError } from '../../../src/core/errors.ts';
import { encodeSafetensors, readSafetensors } from '../../../src/storage/safetensors.ts';
import { temporaryFolder } from '../../helpers/dataset-files.ts';

const tensors = {
  images: { dtype: 'U8', shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
  labels: { dtype: 'I32', shape: [1], data: Uint8Array.of(7, 0, 0, 0) },
  features: { dtype: 'F32', shape: [1], data: Uint8Array.of(0, 0, 128, 63) },
} as const;
const whole = Buffer.concat(encodeSafetensors({ tensors, metadata: { note: 'ä' } }));

async function read(bytes: Uint8Array, names?: string[]) {
  const file = path.join(await temporaryFolder(), 'a.safetensors');
  await writeFile(file, bytes);
  return readSafetensors(file, names);
}

test('writes the published format: length, aligned JSON header, data', () => {
  const length = Number(whole.readBigUInt64LE());
  expect(length % 8).toBe(0);
  expect(JSON.parse(whole.subarray(8, 8 + length).toString())).toEqual({
    __metadata__: { note: 'ä' },
    images: { dtype: 'U8', shape: [2, 3], data_offsets: [0, 6] },
    labels: { dtype: 'I32', shape: [1], data_offsets: [6, 10] },
    features: { dtype: 'F32', shape: [1], data_offsets: [10, 14] },
  });
  expect([...whole.subarray(8 + length)]).toEqual([1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 128, 63]);
});

test('reads back all tensors or only those named', async () => {
  const all = await read(whole);
  expect(all.metadata).toEqual({ note: 'ä' });
  expect([...all.tensors.images!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(Object.keys((await read(whole, ['labels'])).tensors)).toEqual(['labels']);
});

test.each([
  ['an empty file', Buffer.alloc(0)],
  ['a file without its end', whole.subarray(0, -1)],
  ['a file with more', Buffer.concat([whole, Buffer.of(0)])],
  ['a header that is no JSON', Buffer.from('\u0004\0\0\0\0\0\0\0{{{{')],
  ['a header longer than the file', Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 1])],
  ['a shape that disagrees with its bytes', Buffer.from(whole.toString('latin1').replace('[2,3]', '[2,9]'), 'latin1')],
])('refuses %s', async (_, bytes) => {
  await expect(read(bytes)).rejects.toThrow(DataError);
});

test('refuses a name that is not there', async () => {
  await expect(read(whole, ['weights'])).rejects.toThrow('has no tensor "weights"');
});
