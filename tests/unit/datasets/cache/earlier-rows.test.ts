import { readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { prepareTensorCache } from '../../../../src/datasets/cache/prepare-tensor-cache.ts';
import { shardName } from '../../../../src/datasets/cache/shard.ts';
import type { DatasetVersion } from '../../../../src/datasets/dataset-version.ts';
import type { PrepSettings } from '../../../../src/datasets/tensor-cache.ts';
import { createDatasetVersion } from '../../../../src/datasets/version/create-dataset-version.ts';
import { encodeSafetensors, readSafetensors } from '../../../../src/storage/safetensors.ts';
import {
  listFiles,
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

function preparation(dataDir: string, version: DatasetVersion) {
  const context = quietContext();
  const prepare = (more: Partial<Parameters<typeof prepareTensorCache>[0]> = {}) =>
    prepareTensorCache({ ...context, dataDir, version, settings, workers: 2, ...more });
  return { dataDir, version, prepare, messages: context.messages };
}

test('a new version decodes only new images, and its cache is the one that decoding all of them makes', async () => {
  const dataDir = await temporaryFolder();
  const folder = await temporaryFolder();
  await makeImageFolders(folder, ['a', 'b'], 140);
  await writeFiles(folder, { 'a/broken.png': 'no image', 'a/mislabelled.jpg': await makePng(7, 13) });
  const create = () => createDatasetVersion({ ...quietContext(), dataDir, folder, owned: false, metadata });
  await preparation(dataDir, await create()).prepare();

  await rm(path.join(folder, 'a/7.png'));
  await rename(path.join(folder, 'a/9.png'), path.join(folder, 'b/came.png'));
  await rename(path.join(folder, 'a/mislabelled.jpg'), path.join(folder, 'a/mended.png'));
  await rename(path.join(folder, 'a/11.png'), path.join(folder, 'a/now-mislabelled.gif'));
  await writeFiles(folder, { 'a/00-new.png': await makePng(5, 13), 'b/new.png': await makePng(6, 13) });
  const { prepare, messages, version } = preparation(dataDir, await create());
  const { path: made, mislabelled } = await prepare();
  expect(mislabelled).toEqual({ images: 1, examples: [{ path: 'a/now-mislabelled.gif', format: 'png' }] });
  expect(messages).toContain('280 images are taken from tensor caches of other versions');
  const shards = (await listFiles(path.join(dataDir, made))).filter((name) => name.startsWith('shard'));
  const contents = () => Promise.all(shards.map((name) => readFile(path.join(dataDir, made, name))));
  const incremental = await contents();

  await rm(path.join(dataDir, 'tensors'), { recursive: true });
  expect((await prepare()).datasetVersionId).toBe(version.id);
  expect(await contents()).toEqual(incremental);
});

test('rows are taken only under the same settings, and what cannot be read is decoded', async () => {
  const dataDir = await temporaryFolder();
  const folder = await temporaryFolder();
  await makeImageFolders(folder, ['cat', 'dog'], 20);
  const create = () => createDatasetVersion({ ...quietContext(), dataDir, folder, owned: false, metadata });
  const first = await preparation(dataDir, await create()).prepare();
  await writeFiles(folder, { 'cat/new.png': await makePng(123_456) });
  const { prepare, messages } = preparation(dataDir, await create());
  const told = () => messages.some((message) => message.includes('are taken from'));
  await prepare({ settings: { ...settings, width: 7 } });
  await prepare({ settings: { ...settings, split: { ...settings.split, salt: 'other' } } });
  expect(told()).toBe(false);
  const shard = path.join(dataDir, first.path, 'shard-00000.safetensors');
  await truncate(shard, (await stat(shard)).size - 10);
  expect((await prepare()).broken).toEqual([]);
});

test('a version without new images starts from copies alone, byte by byte; copies that cannot be made are decoded', async () => {
  const dataDir = await temporaryFolder();
  const folder = await temporaryFolder();
  await makeImageFolders(folder, ['a', 'b'], 140);
  const create = () => createDatasetVersion({ ...quietContext(), dataDir, folder, owned: false, metadata });
  const first = await preparation(dataDir, await create()).prepare();
  await rm(path.join(folder, 'a/7.png'));
  await rename(path.join(folder, 'a/9.png'), path.join(folder, 'b/came.png'));
  const { prepare, messages } = preparation(dataDir, await create());
  const done: number[] = [];
  const progress = (told: { readonly done: number }) => void done.push(told.done);
  const { path: made } = await prepare({ progress });
  expect(messages).toContain('279 images are taken from tensor caches of other versions');
  expect(done.at(-1)).toBe(279);
  const shards = [0, 1].map((index) => shardName(index));
  const contents = () => Promise.all(shards.map((name) => readFile(path.join(dataDir, made, name))));
  const copied = await contents();

  await rm(path.join(dataDir, made), { recursive: true });
  const shard = path.join(dataDir, first.path, shards[0]!);
  const whole = await readSafetensors(shard);
  const images = { dtype: 'U8', shape: [1], data: Uint8Array.of(1) } as const;
  await writeFile(shard, Buffer.concat(encodeSafetensors({ ...whole, tensors: { ...whole.tensors, images } })));
  await prepare();
  expect(await contents()).toEqual(copied);

  await rm(path.join(dataDir, 'tensors'), { recursive: true });
  await prepare();
  expect(await contents()).toEqual(copied);
});
