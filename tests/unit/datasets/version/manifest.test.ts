import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { encodeManifest, readManifest } from '../../../../src/datasets/version/manifest.ts';
import { temporaryFolder } from '../../../helpers/dataset-files.ts';

test('manifests of classification datasets are written as ever, so their versions keep their ids', () => {
  const { text, id } = encodeManifest({
    format: 1,
    layout: 'image-folders',
    classNames: ['cat', 'dog'],
    samples: 1,
    testSamples: 1,
    files: [
      { path: 'README', bytes: 3, sha256: 'a'.repeat(64) },
      { path: 'test/dog/1.png', bytes: 7, sha256: 'b'.repeat(64), label: 1, set: 'test' },
    ],
  });
  expect(text).toBe(
    `{"classNames":["cat","dog"],"files":[{"bytes":3,"path":"README","sha256":"${'a'.repeat(64)}"},` +
      `{"bytes":7,"label":1,"path":"test/dog/1.png","set":"test","sha256":"${'b'.repeat(64)}"}],` +
      '"format":1,"layout":"image-folders","samples":1,"testSamples":1}',
  );
  expect(id).toBe('38762be1666115efae2936001e0edec9f021973da81ccfdfd69da594c044a3ed');
});

const file = { path: 'a/1.png', bytes: 7, sha256: 'b'.repeat(64) };

test.each([
  ['no object', 7],
  ['nothing', null],
  ['a list', []],
  ['a field that no file has', { ...file, size: 7 }],
  ['no path', { bytes: 7, sha256: file.sha256 }],
  ['a size that is no count', { ...file, bytes: -1 }],
  ['a digest that is none', { ...file, sha256: 'b'.repeat(63) }],
  ['a label that is no index', { ...file, label: 0.5 }],
  ['a set that there is not', { ...file, set: 'all' }],
  ['boxes that are none', { ...file, boxes: [{}] }],
])('a manifest with %s for a file is damaged', async (_, damaged) => {
  const folder = await temporaryFolder();
  const head = { format: 1, layout: 'image-folders', classNames: ['a'], samples: 1, testSamples: 0 };
  const write = (files: unknown[]) => writeFile(path.join(folder, 'manifest.json'), JSON.stringify({ ...head, files }));
  await write([file, damaged]);
  await expect(readManifest(folder)).rejects.toThrow('is damaged');
  await write([file]);
  expect((await readManifest(folder))?.manifest.files).toEqual([file]);
});
