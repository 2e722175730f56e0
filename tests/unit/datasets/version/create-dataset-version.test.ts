import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { ConflictError, DataError } from '../../../../src/core/errors.ts';
import type { DatasetMetadata } from '../../../../src/datasets/source.ts';
import { checkStatus, findLocalVersion } from '../../../../src/datasets/version/check-status.ts';
import { createDatasetVersion } from '../../../../src/datasets/version/create-dataset-version.ts';
import { readManifest } from '../../../../src/datasets/version/manifest.ts';
import {
  listFiles,
  makeImageFolders,
  quietContext,
  temporaryFolder,
  writeFiles,
} from '../../../helpers/dataset-files.ts';

const metadata: DatasetMetadata = {
  source: 'folder:/photos',
  name: 'photos',
  title: 'Photos',
  upstreamVersion: 'v1',
  synthetic: true,
  licence: 'CC0',
};

async function prepared() {
  const dataDir = await temporaryFolder();
  const folder = await temporaryFolder();
  await makeImageFolders(folder, ['cat', 'dog'], 2);
  await writeFiles(folder, { 'README.md': 'about', 'cat/copy.png': await readFile(path.join(folder, 'cat/0.png')) });
  const create = (more: Partial<Parameters<typeof createDatasetVersion>[0]> = {}) =>
    createDatasetVersion({ ...quietContext(), dataDir, folder, owned: false, metadata, ...more });
  return { dataDir, folder, create };
}

test('a version is a manifest and hard links to objects, and its id is the SHA-256 of the manifest', async () => {
  const { dataDir, create } = await prepared();
  const version = await create();
  expect(version).toMatchObject({
    name: 'photos',
    synthetic: true,
    licence: 'CC0',
    layout: 'image-folders',
    classNames: ['cat', 'dog'],
    samples: 5,
    testSamples: 0,
    files: 6,
    path: `versions/${version.id.slice(0, 12)}`,
  });
  const folder = path.join(dataDir, version.path);
  const manifest = await readFile(path.join(folder, 'manifest.json'));
  expect(createHash('sha256').update(manifest).digest('hex')).toBe(version.id);
  expect(await listFiles(path.join(folder, 'files'))).toEqual([
    'README.md',
    'cat/0.png',
    'cat/1.png',
    'cat/copy.png',
    'dog/0.png',
    'dog/1.png',
  ]);
  const [original, copy] = await Promise.all(
    ['0', 'copy'].map((name) => stat(path.join(folder, `files/cat/${name}.png`))),
  );
  expect(copy!.ino).toBe(original!.ino);
  expect(copy!.mode & 0o222).toBe(0);
  expect(await listFiles(path.join(dataDir, 'objects'))).toHaveLength(5);
});

test('hashes that are known already give the same version, and one of a file of another size is not believed', async () => {
  const { folder, create } = await prepared();
  const version = await create();
  const contents = await Promise.all(
    (await listFiles(folder)).map(async (name) => {
      const content = await readFile(path.join(folder, name));
      return { path: name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
    }),
  );
  const wrong = { path: 'README.md', bytes: 1, sha256: '0'.repeat(64) };
  const owned = { owned: true, dataDir: await temporaryFolder() };
  expect(await create({ ...owned, contents: [...contents.filter((each) => each.path !== wrong.path), wrong] })).toEqual(
    version,
  );
});

test('the same files are the same version, whatever their place and times; other files are another version', async () => {
  const { dataDir, folder, create } = await prepared();
  const first = await create();
  await utimes(path.join(folder, 'cat/0.png'), 1, 1);
  const second = await create({ metadata: { ...metadata, source: 'zip:/photos.zip', upstreamVersion: 'v7' } });
  expect(second).toEqual({ ...first, source: 'zip:/photos.zip', upstreamVersion: 'v7' });
  await writeFile(path.join(folder, 'README.md'), 'more about');
  expect((await create()).id).not.toBe(first.id);
  expect(await listFiles(path.join(dataDir, 'objects'))).toHaveLength(6);
});

test('files of an owned folder are linked, those of another copied; both stay, so that an interrupted version can begin anew', async () => {
  const { dataDir, folder, create } = await prepared();
  const before = await listFiles(folder);
  const stop = new AbortController();
  const interrupted = create({
    owned: true,
    signal: stop.signal,
    progress: ({ done }) => (done === 3 ? stop.abort(new Error('killed')) : undefined),
  });
  await expect(interrupted).rejects.toThrow('killed');
  const version = await create({ owned: true });
  expect(version).toMatchObject({ samples: 5, files: 6 });
  expect(await listFiles(folder)).toEqual(before);
  const readme = (root: string) => stat(path.join(root, 'README.md'));
  const object = await readme(path.join(dataDir, version.path, 'files'));
  expect((await readme(folder)).ino).toBe(object.ino);

  const copied = await prepared();
  const copy = await copied.create();
  expect((await readme(copied.folder)).ino).not.toBe((await readme(path.join(copied.dataDir, copy.path, 'files'))).ino);
});

test('changing the source afterwards does not change the version', async () => {
  const { dataDir, folder, create } = await prepared();
  const version = await create();
  await chmod(path.join(folder, 'README.md'), 0o644);
  await writeFile(path.join(folder, 'README.md'), 'changed');
  expect(await readFile(path.join(dataDir, version.path, 'files/README.md'), 'utf8')).toBe('about');
});

test('the status follows the disk: missing, current, outdated, and missing again without a manifest', async () => {
  const { dataDir, create } = await prepared();
  expect(await checkStatus({ dataDir, metadata })).toMatchObject({ kind: 'missing' });
  const version = await create();
  expect(await checkStatus({ dataDir, metadata })).toMatchObject({ kind: 'current', version });
  const changed = { ...metadata, upstreamVersion: 'v2' };
  expect(await checkStatus({ dataDir, metadata: changed })).toMatchObject({ kind: 'outdated', version });
  expect(await checkStatus({ dataDir, metadata: { ...metadata, source: 'x:y' } })).toMatchObject({ kind: 'missing' });
  expect(await findLocalVersion({ dataDir, source: metadata.source })).toEqual(version);
  await rm(path.join(dataDir, version.path, 'manifest.json'));
  expect(await checkStatus({ dataDir, metadata })).toMatchObject({ kind: 'missing' });
  expect(await create()).toEqual(version);
  expect(await checkStatus({ dataDir, metadata })).toMatchObject({ kind: 'current', version });
});

test('a manifest that was changed is found', async () => {
  const { dataDir, create } = await prepared();
  const version = await create();
  const manifest = path.join(dataDir, version.path, 'manifest.json');
  await writeFile(manifest, '{"format":1');
  await expect(readManifest(path.join(dataDir, version.path))).rejects.toThrow(DataError);
  await writeFile(
    manifest,
    JSON.stringify({ format: 1, layout: 'idx', classNames: [], samples: 0, testSamples: 0, files: [] }),
  );
  await expect(create()).rejects.toThrow(ConflictError);
});

test('an object that a crash cut off is replaced', async () => {
  const { dataDir, create } = await prepared();
  const version = await create();
  await rm(path.join(dataDir, version.path), { recursive: true });
  const [object] = await listFiles(path.join(dataDir, 'objects'));
  await rm(path.join(dataDir, 'objects', object!));
  await writeFile(path.join(dataDir, 'objects', object!), '');
  expect(await create()).toEqual(version);
  const bytes = await readFile(path.join(dataDir, 'objects', object!));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(path.basename(object!));
});

test('a folder without a dataset, and a cancelled run, leave no version', async () => {
  const { dataDir, folder, create } = await prepared();
  const empty = path.join(folder, 'cat');
  await expect(create({ folder: empty })).rejects.toThrow(DataError);
  await mkdir(path.join(dataDir, 'versions'), { recursive: true });
  const cancel = new AbortController();
  const progress = () => cancel.abort(new Error('enough'));
  await expect(create({ signal: cancel.signal, progress })).rejects.toThrow('enough');
  expect(await listFiles(path.join(dataDir, 'versions'))).toEqual([]);
});

test('images that are not samples are told', async () => {
  const { folder, create } = await prepared();
  await writeFiles(folder, { 'stray.png': 'x' });
  const context = quietContext();
  await create(context);
  expect(context.messages).toEqual(['1 images are not samples, for example stray.png (it lies in no class folder)']);
});
