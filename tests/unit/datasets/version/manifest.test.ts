import { expect, test } from '@jest/globals';
import { encodeManifest } from '../../../../src/datasets/version/manifest.ts';

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
