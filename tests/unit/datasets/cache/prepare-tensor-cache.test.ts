import type { ChildProcess } from 'node:child_process';
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { CrashedError, DataError, NotFoundError, ParameterError } from '../../../../src/core/errors.ts';
import { openTensorCache } from '../../../../src/datasets/cache/open-tensor-cache.ts';
import { prepareTensorCache } from '../../../../src/datasets/cache/prepare-tensor-cache.ts';
import type { DatasetVersion } from '../../../../src/datasets/dataset-version.ts';
import type { PrepSettings } from '../../../../src/datasets/tensor-cache.ts';
import { createDatasetVersion } from '../../../../src/datasets/version/create-dataset-version.ts';
import { decodeImage } from '../../../../src/datasets/decode/decode-image.ts';
import {
  listFiles,
  makeIdxFiles,
  makeImageFolders,
  makePng,
  quietContext,
  temporaryFolder,
  writeFiles,
} from '../../../helpers/dataset-files.ts';

const settings: PrepSettings = {
  height: 6,
  width: 5,
  channels: 3,
  maxBrokenShare: 0.1,
  split: { kind: 'hash', train: 0.6, validation: 0.2, test: 0.2, salt: 's', testFolder: 'apart' },
};
const metadata = { source: 'folder:/x', name: 'x', title: 'X', upstreamVersion: '1', synthetic: false };

async function makeVersion(fill: (folder: string) => Promise<void>) {
  const dataDir = await temporaryFolder();
  const folder = await temporaryFolder();
  await fill(folder);
  const version = await createDatasetVersion({ ...quietContext(), dataDir, folder, owned: true, metadata });
  return preparation(dataDir, version);
}

function preparation(dataDir: string, version: DatasetVersion) {
  const context = quietContext();
  const prepare = (more: Partial<Parameters<typeof prepareTensorCache>[0]> = {}) =>
    prepareTensorCache({ ...context, dataDir, version, settings, workers: 2, ...more });
  return { dataDir, version, prepare, messages: context.messages };
}

type Fill = Parameters<typeof makeVersion>[0];
const twoClasses: Fill = (folder) => makeImageFolders(folder, ['cat', 'dog'], 20);
const twoShards: Fill = (folder) => makeImageFolders(folder, ['a', 'b'], 140);

const shared = new Map<Fill, ReturnType<typeof makeVersion>>();

/** A version that several tests read, without the caches of the tests before. */
async function sharedVersion(fill: Fill) {
  const making = shared.get(fill) ?? makeVersion(fill);
  shared.set(fill, making);
  const { dataDir, version } = await making;
  await rm(path.join(dataDir, 'tensors'), { recursive: true, force: true });
  return preparation(dataDir, version);
}

test('a cache holds every sample once, resized as predict does, with label and a stable id', async () => {
  const { dataDir, version, prepare } = await sharedVersion(twoClasses);
  const seen: number[] = [];
  const summary = await prepare({ progress: ({ done }) => void seen.push(done) });
  expect(summary).toMatchObject({
    path: `tensors/${summary.id.slice(0, 12)}`,
    datasetVersionId: version.id,
    image: { height: 6, width: 5, channels: 3 },
    classNames: ['cat', 'dog'],
    broken: [],
  });
  expect(seen.at(-1)).toBe(40);
  const cache = await openTensorCache(path.join(dataDir, summary.path));
  const splits = await Promise.all((['train', 'validation', 'test'] as const).map((split) => cache.load(split)));
  expect(splits.map(({ count }) => count)).toEqual([
    summary.splits.train,
    summary.splits.validation,
    summary.splits.test,
  ]);
  const ids = splits.flatMap(({ sampleIds }) => sampleIds);
  expect(new Set(ids).size).toBe(40);
  expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
  const [train] = splits;
  expect(train!.images).toHaveLength(train!.count * 6 * 5 * 3);
  expect([...train!.labels].sort()).toEqual([...train!.labels]);
  const firstCat = await decodeImage(await readFile(path.join(dataDir, version.path, 'files/cat/0.png')), settings);
  const wanted = Buffer.from(firstCat).toString('hex');
  const all = splits.map(({ images }) => Buffer.from(images).toString('hex')).join('');
  expect(all).toContain(wanted);
  expect(await cache.load('apart')).toMatchObject({ count: 0, sampleIds: [] });
});

test('splits and sample ids do not depend on the image size; adding images moves none', async () => {
  const idsOf = async (fill: (folder: string) => Promise<void>, size: number) => {
    const { dataDir, prepare } = await sharedVersion(fill);
    const { path: folder } = await prepare({ settings: { ...settings, height: size, width: size } });
    const cache = await openTensorCache(path.join(dataDir, folder));
    return Promise.all(
      (['train', 'validation', 'test'] as const).map(async (split) => (await cache.load(split)).sampleIds),
    );
  };
  const small = await idsOf(twoClasses, 4);
  expect(await idsOf(twoClasses, 9)).toEqual(small);
  const more = await idsOf((folder) => makeImageFolders(folder, ['cat', 'dog'], 25), 4);
  small.forEach((ids, split) => expect(more[split]).toEqual(expect.arrayContaining([...ids])));
});

test('exact duplicates fall into one split and keep ids of their own', async () => {
  const { dataDir, prepare } = await makeVersion(async (folder) => {
    await twoClasses(folder);
    for (let at = 0; at < 8; at += 1) await writeFiles(folder, { [`cat/same-${at}.png`]: await makePng(77_777) });
  });
  const summary = await prepare();
  const cache = await openTensorCache(path.join(dataDir, summary.path));
  const wanted = Buffer.from(await decodeImage(await makePng(77_777), settings)).toString('hex');
  const owners = [];
  for (const split of ['train', 'validation', 'test'] as const) {
    const { images, count, sampleIds } = await cache.load(split);
    const rows = Array.from({ length: count }, (_, at) =>
      Buffer.from(images.subarray(at * 90, at * 90 + 90)).toString('hex'),
    );
    expect(new Set(sampleIds).size).toBe(count);
    const found = rows.filter((row) => row === wanted).length;
    if (found > 0) owners.push(found);
  }
  expect(owners).toEqual([8]);
});

test('an own test folder is apart under hash, and the test set under folders', async () => {
  const { prepare } = await makeVersion(async (folder) => {
    await makeImageFolders(folder, ['cat', 'dog'], 20, 'train/');
    await makeImageFolders(folder, ['cat', 'dog'], 3, 'test/');
  });
  expect((await prepare()).splits).toMatchObject({ apart: 6 });
  const folders = { kind: 'folders', validation: 0.25, salt: 's' } as const;
  const summary = await prepare({ settings: { ...settings, split: folders } });
  expect(summary.splits.test).toBe(6);
  expect(summary.splits.train + summary.splits.validation).toBe(40);
  expect(summary.splits.validation).toBeGreaterThan(0);
});

test('idx files: official test set, labels by number, pixels untouched at their own size', async () => {
  const { dataDir, version, prepare } = await makeVersion((folder) => writeFiles(folder, makeIdxFiles(40, 10)));
  const split = { kind: 'folders', validation: 0.2, salt: 's' } as const;
  const summary = await prepare({ settings: { ...settings, height: 4, width: 4, channels: 1, split } });
  expect(summary.classNames).toEqual(['3', '7']);
  expect(summary.splits.test).toBe(10);
  const cache = await openTensorCache(path.join(dataDir, summary.path));
  const test = await cache.load('test');
  const raw = await readFile(path.join(dataDir, version.path, 'files/t10k-images-idx3-ubyte'));
  expect(Buffer.from(test.images)).toEqual(raw.subarray(16));
  expect([...test.labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
});

test('a complete cache is used as it is; damaged and missing shards are made anew and only those', async () => {
  const { dataDir, prepare, messages } = await sharedVersion(twoShards);
  const summary = await prepare();
  const folder = path.join(dataDir, summary.path);
  const shards = (await listFiles(folder)).filter((name) => name.startsWith('shard'));
  expect(shards).toHaveLength(2);
  const before = await Promise.all(shards.map((name) => readFile(path.join(folder, name))));
  expect(await prepare({ workers: 0 })).toEqual(summary);
  const kept = await stat(path.join(folder, shards[0]!));
  await rm(path.join(folder, 'index.json'));
  await truncate(path.join(folder, shards[1]!), 500);
  expect(await prepare()).toEqual(summary);
  expect((await stat(path.join(folder, shards[0]!))).mtimeMs).toBe(kept.mtimeMs);
  expect(await Promise.all(shards.map((name) => readFile(path.join(folder, name))))).toEqual(before);
  expect(messages.some((message) => message.includes('Going on after 256 of 280 images'))).toBe(true);
});

test('two preparations of the same cache at once both end with the same whole cache', async () => {
  const { dataDir, prepare } = await sharedVersion(twoClasses);
  const [one, two] = await Promise.all([prepare(), prepare()]);
  expect(two).toEqual(one);
  const cache = await openTensorCache(path.join(dataDir, one.path));
  expect((await cache.load('train')).count).toBe(one.splits.train);
  expect((await listFiles(path.join(dataDir, one.path))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('broken images are recorded and left out; too many fail with examples', async () => {
  const { dataDir, prepare } = await makeVersion(async (folder) => {
    await twoClasses(folder);
    await writeFiles(folder, { 'cat/bad.jpg': 'no image', 'dog/cut.png': (await makePng(5, 40)).subarray(0, 90) });
  });
  const summary = await prepare();
  expect(summary.broken.map((broken) => broken.path)).toEqual(['cat/bad.jpg', 'dog/cut.png']);
  expect(summary.broken[0]!.reason).toContain('cannot be decoded');
  const { train, validation, test } = summary.splits;
  expect(train + validation + test).toBe(40);
  const strict = { ...settings, maxBrokenShare: 0.01 };
  await expect(prepare({ settings: strict })).rejects.toThrow(DataError);
  await rm(path.join(dataDir, summary.path), { recursive: true });
  await expect(prepare({ settings: strict })).rejects.toThrow('2 of 42 images are broken');
  await expect(openTensorCache(path.join(dataDir, summary.path))).rejects.toThrow(NotFoundError);
});

test('a file that is named as another format is read as what it is, and recorded', async () => {
  const { dataDir, prepare } = await makeVersion(async (folder) => {
    await twoClasses(folder);
    await writeFiles(folder, {
      'cat/photo.JPG': await makePng(4_321),
      'dog/cut.jpg': (await makePng(5)).subarray(0, 60),
    });
  });
  const mislabelled = { images: 1, examples: [{ path: 'cat/photo.JPG', format: 'png' }] };
  const summary = await prepare();
  expect(summary).toMatchObject({ mislabelled, broken: [{ path: 'dog/cut.jpg' }] });
  const { summary: read } = await openTensorCache(path.join(dataDir, summary.path));
  expect(read.mislabelled).toEqual(mislabelled);
});

test('a class that would have no test samples is named', async () => {
  const { prepare } = await makeVersion(async (folder) => {
    await makeImageFolders(folder, ['cat', 'dog', 'del'], 10, 'train/');
    await makeImageFolders(folder, ['cat', 'dog'], 2, 'test/');
  });
  const split = { kind: 'folders', validation: 0.2, salt: 's' } as const;
  const preparing = prepare({ settings: { ...settings, split } });
  await expect(preparing).rejects.toThrow(DataError);
  await expect(preparing).rejects.toThrow('The class "del" would have no test samples');
});

test.each<[string, PrepSettings['split'], string]>([
  ['folders without a test set', { kind: 'folders', validation: 0.2, salt: '' }, 'needs a source with a test set'],
  [
    'shares past 1',
    { ...settings.split, kind: 'hash', train: 0.9, validation: 0.2, test: 0.2, testFolder: 'merge' },
    'add up to 1',
  ],
])('refuses %s', async (_, split, message) => {
  const { prepare } = await sharedVersion(twoClasses);
  const preparing = prepare({ settings: { ...settings, split } });
  await expect(preparing).rejects.toThrow(ParameterError);
  await expect(preparing).rejects.toThrow(message);
});

test('a sample file that was changed or removed fails the preparation', async () => {
  const { dataDir, version, prepare } = await makeVersion(twoClasses);
  const file = path.join(dataDir, version.path, 'files/cat/3.png');
  await rm(file);
  await writeFile(file, await makePng(1));
  await expect(prepare()).rejects.toThrow('cat/3.png is missing or was changed');
  await rm(file);
  await expect(prepare()).rejects.toThrow(DataError);
});

test('a killed child is a crash, its siblings end, and the next run goes on', async () => {
  const { prepare } = await sharedVersion(twoShards);
  const children: ChildProcess[] = [];
  const preparing = prepare({
    onChild: (child) => children.push(child),
    progress: () => children[0]!.kill('SIGKILL'),
  });
  await expect(preparing).rejects.toThrow(CrashedError);
  expect(children.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).not.toContain(null);
  expect((await prepare()).splits.train).toBeGreaterThan(0);
});

test('cancelling stops the children, leaves no index and nothing half-written', async () => {
  const { dataDir, prepare } = await sharedVersion(twoShards);
  const cancel = new AbortController();
  const progress = () => cancel.abort(new Error('enough'));
  await expect(prepare({ signal: cancel.signal, progress })).rejects.toThrow('enough');
  const left = await listFiles(path.join(dataDir, 'tensors'));
  expect(left.filter((name) => name.endsWith('.tmp') || name.endsWith('index.json'))).toEqual([]);
  expect((await prepare()).broken).toEqual([]);
});
