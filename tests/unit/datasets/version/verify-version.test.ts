import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import type { DatasetVersion } from '../../../../src/datasets/dataset-version.ts';
import { createDatasetVersion } from '../../../../src/datasets/version/create-dataset-version.ts';
import { verifyVersion } from '../../../../src/datasets/version/verify-version.ts';
import { makeImageFolders, quietContext, temporaryFolder } from '../../../helpers/dataset-files.ts';

const metadata = { source: 'folder:/x', name: 'x', title: 'X', upstreamVersion: '1', synthetic: false };

async function collected() {
  const dataDir = await temporaryFolder();
  const folder = await temporaryFolder();
  await makeImageFolders(folder, ['cat', 'dog'], 3);
  const context = quietContext();
  const collect = () => createDatasetVersion({ ...context, dataDir, folder, owned: false, metadata });
  const version = await collect();
  const file = (name: string) => path.join(dataDir, version.path, 'files', name);
  return { version, collect, file, messages: context.messages, verify: () => verify(dataDir, version) };
}

function verify(dataDir: string, { id, path: folder }: DatasetVersion) {
  return verifyVersion(path.join(dataDir, folder), id, quietContext());
}

/** Through the hard link: the object is damaged with it. */
async function flipByte(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at]! ^= 1;
  await writeFile(file, bytes);
}

test('what was collected is whole', async () => {
  const { verify, version } = await collected();
  expect(await verify()).toEqual({ manifest: 'whole', files: 6, bytes: version.bytes, problems: [] });
});

test('one flipped byte, a missing and an extra file are found, each by its name', async () => {
  const { verify, file } = await collected();
  await flipByte(file('cat/1.png'), 40);
  await rm(file('dog/2.png'));
  await mkdir(file('cat/more'));
  await writeFile(file('cat/more/note.txt'), 'x');
  const { problems } = await verify();
  expect(problems.map(({ kind, path: name }) => [kind, name])).toEqual([
    ['changed', 'cat/1.png'],
    ['extra', 'cat/more/note.txt'],
    ['missing', 'dog/2.png'],
  ]);
  const [changed] = problems;
  expect(changed!.received!.bytes).toBe(changed!.expected!.bytes);
  expect(changed!.received!.sha256).not.toBe(changed!.expected!.sha256);
});

test('a folder or a dangling link in the place of a file is a missing file, a link elsewhere an extra one', async () => {
  const { verify, file } = await collected();
  await rm(file('cat/0.png'));
  await mkdir(file('cat/0.png'));
  await rename(file('cat/1.png'), file('cat/moved.png'));
  await symlink('nowhere', file('cat/1.png'));
  await symlink('nowhere', file('link.png'));
  const { problems } = await verify();
  expect(problems.map(({ kind, path: name }) => `${kind} ${name}`)).toEqual([
    'missing cat/0.png',
    'missing cat/1.png',
    'extra cat/moved.png',
    'extra link.png',
  ]);
});

test('files are not judged by a manifest that was changed or is gone', async () => {
  const { verify, version, file } = await collected();
  const manifest = path.join(file('..'), 'manifest.json');
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace('cat/1.png', 'cat/7.png'));
  expect(await verify()).toMatchObject({ manifest: 'changed', problems: [] });
  await writeFile(manifest, text.slice(0, 50));
  expect(await verify()).toMatchObject({ manifest: 'changed' });
  await rm(manifest);
  expect(await verify()).toMatchObject({ manifest: 'missing', files: 0 });
  expect(version.files).toBe(6);
});

test('collecting again replaces damaged and missing files, and their objects', async () => {
  const { verify, collect, file, version, messages } = await collected();
  await flipByte(file('cat/1.png'), 40);
  await rm(file('dog/2.png'));
  await writeFile(file('dog/extra.txt'), 'mine');
  expect((await collect()).id).toBe(version.id);
  expect((await verify()).problems.map(({ kind, path: name }) => `${kind} ${name}`)).toEqual(['extra dog/extra.txt']);
  const told = messages.join('\n');
  expect(told).toContain('cat/1.png was changed; it is replaced');
  expect(told).toContain('dog/extra.txt is no file of the dataset');
});

test('verifying stops when it is told to', async () => {
  const { version, file } = await collected();
  const enough = new AbortController();
  const watch = { signal: enough.signal, progress: () => enough.abort(new Error('enough')) };
  await expect(verifyVersion(path.dirname(file('')), version.id, watch)).rejects.toThrow('enough');
});
