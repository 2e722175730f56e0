import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../../src/core/clock.ts';
import { DataError, NotFoundError, ParameterError } from '../../../../src/core/errors.ts';
import { resolveLocalPath } from '../../../../src/datasets/local-path.ts';
import { openSource } from '../../../../src/datasets/sources/open-source.ts';
import { makeIdxFiles, quietContext, temporaryFolder, writeFiles } from '../../../helpers/dataset-files.ts';

const { signal } = quietContext();
const describeSource = async (address: string, cwd: string) =>
  (await openSource(address, { clock: systemClock, cwd })).describe(signal);

test.each([
  ['floder:photos', 'Did you mean "folder"?'],
  ['photos.zip', 'write folder:photos.zip or archive:photos.zip'],
  ['./photos', 'write folder:./photos'],
  ['folder', 'must begin with folder:'],
  ['constructor:x', 'must begin with folder:'],
  ['folder:', 'needs a path, for example folder:photos'],
])('refuses the address %s with a hint', async (address, hint) => {
  const opened = describeSource(address, '/');
  await expect(opened).rejects.toThrow(ParameterError);
  await expect(opened).rejects.toThrow(hint);
});

test('a path may begin at the home folder, at the working folder or at the root', () => {
  expect(resolveLocalPath('~/photos', '/cwd', 'folder')).toBe(path.join(homedir(), 'photos'));
  expect(resolveLocalPath('~', '/cwd', 'folder')).toBe(homedir());
  expect(resolveLocalPath('../photos', '/cwd', 'folder')).toBe('/photos');
  expect(resolveLocalPath('/photos/', '/cwd', 'folder')).toBe('/photos');
});

test('a folder given as zip and a file given as folder are told with the right address', async () => {
  const cwd = await temporaryFolder();
  await writeFile(path.join(cwd, 'a.zip'), 'x');
  await mkdir(path.join(cwd, 'photos'));
  await expect(describeSource('folder:a.zip', cwd)).rejects.toThrow('write archive:a.zip');
  await expect(describeSource('zip:photos', cwd)).rejects.toThrow('Write folder:photos');
});

test('an idx folder without all four files names those that it lacks', async () => {
  const cwd = await temporaryFolder();
  await writeFiles(cwd, makeIdxFiles(2, 2));
  await rm(path.join(cwd, 't10k-labels-idx1-ubyte'));
  await expect(describeSource('idx:.', cwd)).rejects.toThrow(NotFoundError);
  await expect(describeSource('idx:.', cwd)).rejects.toThrow('lacks t10k-labels-idx1-ubyte (plain or .gz)');
});

test('a link to a folder within a folder source is refused', async () => {
  const cwd = await temporaryFolder();
  await symlink('/', path.join(cwd, 'loop'));
  await expect(describeSource('folder:.', cwd)).rejects.toThrow(DataError);
});
