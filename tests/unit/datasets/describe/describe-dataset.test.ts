import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { DataError, NotFoundError } from '../../../../src/core/errors.ts';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import { describeDataset } from '../../../../src/datasets/describe/describe-dataset.ts';
import { createDatasetVersion } from '../../../../src/datasets/version/create-dataset-version.ts';
import { makeIdxFiles, quietContext, temporaryFolder, writeFiles } from '../../../helpers/dataset-files.ts';
import { photoJpeg } from '../../../helpers/drawn-photos.ts';

async function versionOf(files: Parameters<typeof writeFiles>[1]) {
  const dataDir = await temporaryFolder();
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  const metadata = { source: 'folder:/x', name: 'x', title: 'X', upstreamVersion: '1', synthetic: false };
  const version = await createDatasetVersion({ ...quietContext(), dataDir, folder, owned: true, metadata });
  const versionFolder = path.join(dataDir, version.path);
  const look = (more: Partial<Parameters<typeof describeDataset>[0]> = {}) =>
    describeDataset({ ...quietContext(), versionFolder, workers: 2, ...more });
  return { versionFolder, look };
}

const files: Record<string, Uint8Array | string> = {};
beforeAll(async () => {
  for (let at = 0; at < 8; at += 1) {
    files[`train/cat/${at}.jpg`] = await photoJpeg(`cat ${at}`, 24);
    files[`train/dog/${at}.jpg`] = await photoJpeg(`dog ${at}`, 24);
  }
  files['test/cat/same.jpg'] = await photoJpeg('cat 3', 40, 70);
  files['test/dog/wide.png'] = await loadSharp()({ create: { width: 60, height: 20, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  files['train/cat/really-a.png'] = await photoJpeg('png', 24);
  files['test/dog/cut.jpg'] = (await photoJpeg('cut', 40)).subarray(0, 300);
});

test('a dataset is described: classes by split, sizes, channels, look-alikes, outliers, what cannot be read', async () => {
  const { look } = await versionOf(files);
  const seen: number[] = [];
  const { description, images, pictures } = await look({ progress: ({ done }) => void seen.push(done) });
  expect(seen.at(-1)).toBe(20);
  expect(images).toHaveLength(19);
  expect(description).toMatchObject({
    images: 19,
    unreadable: [{ path: 'test/dog/cut.jpg' }],
    classes: [
      { class: 'cat', images: 10, splits: { train: 9, test: 1 } },
      { class: 'dog', images: 9, splits: { train: 8, test: 1 } },
    ],
    sizes: { distinct: 3, common: [{ width: 24, height: 24, images: 17 }, {}, {}], aspectRatio: { low: 1, high: 3 } },
    formats: { jpeg: 18, png: 1 },
    mislabelled: [{ path: 'train/cat/really-a.png', format: 'jpeg' }],
    channels: { grey: 1, colour: 18 },
    nearDuplicates: { images: 2, acrossSplits: 2, acrossClasses: 0 },
  });
  expect(description.nearDuplicates.groups[0]!.map(({ path: name }) => name)).toEqual([
    'test/cat/same.jpg',
    'train/cat/3.jpg',
  ]);
  expect(description.brightness.outliers[0]).toMatchObject({ path: 'test/dog/wide.png', value: 1 });
  expect(description.pixels.mean).toHaveLength(3);
  expect(pictures.get('train/cat/3.jpg')).toHaveLength(64 * 64 * 3);
});

test('splits are those that are given, where some are; else one process finds what two find', async () => {
  const { look } = await versionOf(files);
  expect((await look({ workers: 1 })).description).toEqual((await look()).description);
  const splitOf = (name: string) => (name.endsWith('3.jpg') ? 'validation' : 'train');
  const { description } = await look({ splitOf, workers: 1 });
  expect(description.classes[0]!.splits).toEqual({ train: 9, validation: 1 });
});

test('images that have no files of their own are described too', async () => {
  const { look } = await versionOf(makeIdxFiles(40, 10));
  const { description, pictures } = await look();
  expect(description).toMatchObject({ images: 50, channels: { grey: 50, colour: 0 } });
  expect(description.classes.map(({ splits }) => splits)).toEqual([
    { train: 20, test: 5 },
    { train: 20, test: 5 },
  ]);
  expect(description.pixels.mean).toHaveLength(1);
  expect([...pictures.keys()].some((name) => name.startsWith('train/'))).toBe(true);
});

test('a changed file, a version that is gone and a signal end it', async () => {
  const { look, versionFolder } = await versionOf(files);
  const enough = new AbortController();
  await expect(look({ signal: enough.signal, progress: () => enough.abort(new Error('enough')) })).rejects.toThrow(
    'enough',
  );
  await rm(path.join(versionFolder, 'files/train/cat/1.jpg'));
  await expect(look()).rejects.toThrow(DataError);
  await rm(path.join(versionFolder, 'manifest.json'));
  await expect(look()).rejects.toThrow(NotFoundError);
  await expect(readFile(versionFolder)).rejects.toThrow();
});
