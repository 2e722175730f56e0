import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { openTensorCache } from '../../../src/datasets/cache/open-tensor-cache.ts';
import { prepareTensorCache } from '../../../src/datasets/cache/prepare-tensor-cache.ts';
import { openSource } from '../../../src/datasets/sources/open-source.ts';
import type { PrepSettings } from '../../../src/datasets/tensor-cache.ts';
import { unpackDownload } from '../../../src/datasets/unpack-download.ts';
import { createDatasetVersion } from '../../../src/datasets/version/create-dataset-version.ts';
import { quietContext, temporaryFolder } from '../../helpers/dataset-files.ts';
import { testWithRealData } from '../../helpers/real-data.ts';

async function prepare(address: string, settings: PrepSettings) {
  const context = quietContext();
  const dataDir = await temporaryFolder();
  const source = await openSource(address, { clock: systemClock, cwd: '/' });
  const into = path.join(dataDir, 'download');
  await mkdir(into);
  const metadata = await source.describe(context.signal);
  const download = await source.download(into, { ...context, metadata, keptFolder: path.join(dataDir, 'kept') });
  const unpacked = await unpackDownload(download, path.join(dataDir, 'work'), context);
  const version = await createDatasetVersion({ ...context, ...unpacked, dataDir, metadata });
  const summary = await prepareTensorCache({ ...context, dataDir, version, settings, workers: 2 });
  return { version, summary, cache: await openTensorCache(path.join(dataDir, summary.path)) };
}

testWithRealData(
  'all of MNIST from its four files, with the official test set',
  'mnist',
  async (folder) => {
    const { version, summary, cache } = await prepare(`idx:${folder}`, {
      height: 28,
      width: 28,
      channels: 1,
      maxBrokenShare: 0,
      split: { kind: 'folders', validation: 0.1, salt: 'mnist' },
    });
    expect(version).toMatchObject({ name: 'mnist', layout: 'idx', samples: 70_000, testSamples: 10_000, files: 4 });
    expect(summary.splits.train + summary.splits.validation).toBe(60_000);
    expect(summary.splits.test).toBe(10_000);
    const test = await cache.load('test');
    expect([...test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect(cache.classCounts.test).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  },
  120_000,
);

testWithRealData(
  'the real sign photos: 29 classes, the test folder apart',
  'asl-alphabet/asl-alphabet.zip',
  async (archive) => {
    const { version, summary, cache } = await prepare(`zip:${archive}`, {
      height: 32,
      width: 32,
      channels: 3,
      maxBrokenShare: 0,
      split: { kind: 'hash', train: 0.7, validation: 0.15, test: 0.15, salt: 'asl', testFolder: 'apart' },
    });
    expect(version).toMatchObject({ samples: 2_320, testSamples: 290 });
    expect(version.classNames).toHaveLength(29);
    expect(version.classNames.slice(0, 6)).toEqual(['A', 'B', 'C', 'D', 'Del', 'E']);
    expect(summary.splits).toMatchObject({ apart: 290 });
    expect(cache.classCounts.apart).toEqual(new Array(29).fill(10));
    const { train, validation, test } = summary.splits;
    expect(train + validation + test).toBe(2_030);
  },
  120_000,
);
