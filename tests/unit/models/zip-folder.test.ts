import { expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Open } from 'unzipper';
import { zipFiles } from '../../../src/models/zip-folder.ts';

test('another program reads back what was zipped, and equal files give equal bytes', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zip-'));
  await mkdir(path.join(folder, 'layers'));
  const weights = Buffer.alloc(100_000, 'weights ');
  await writeFile(path.join(folder, 'layers', 'weights.bin'), weights);
  await writeFile(path.join(folder, 'Größe.json'), '{}');
  await writeFile(path.join(folder, 'empty'), '');
  const files = ['layers/weights.bin', 'Größe.json', 'empty'];
  const [first, second] = [path.join(folder, 'a.zip'), path.join(folder, 'b.zip')];
  await zipFiles(folder, files, first);
  await zipFiles(folder, files, second);

  const archive = await Open.file(first);
  const contents = await Promise.all(archive.files.map(async (file) => [file.path, await file.buffer()] as const));
  expect(contents).toEqual([
    ['layers/weights.bin', weights],
    ['Größe.json', Buffer.from('{}')],
    ['empty', Buffer.alloc(0)],
  ]);
  expect(await readFile(first)).toEqual(await readFile(second));
  expect((await readFile(first)).length).toBeLessThan(2_000);
});

test('an existing file is never overwritten', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zip-'));
  const taken = path.join(folder, 'taken.zip');
  await writeFile(taken, 'mine');
  await expect(zipFiles(folder, [], taken)).rejects.toThrow('EEXIST');
  expect(await readFile(taken, 'utf8')).toBe('mine');
});
