import { expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '../../../src/core/errors.ts';
import { commitFolder, temporarySibling, writeFileAtomic, writeJsonAtomic } from '../../../src/storage/atomic-write.ts';

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mlflow-ts-storage-'));
  await body(folder);
  await rm(folder, { recursive: true, force: true });
}

test('a file is written with its folder, replaced, and no temporary file stays', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'a', 'b', 'card.json');
    await writeFileAtomic(path, 'first');
    await writeJsonAtomic(path, { name: 'signs', version: 2 });
    expect(await readFile(path, 'utf8')).toBe('{\n  "name": "signs",\n  "version": 2\n}\n');
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['card.json']);
  });
});

test('a failed write leaves the old file and no temporary one, and says what to do', async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'file'), 'in the way');
    const refused = writeFileAtomic(join(folder, 'file', 'below'), 'x');
    await expect(refused).rejects.toThrow(EnvironmentError);
    await expect(refused).rejects.toThrow('Move that file away');
    await mkdir(join(folder, 'taken', 'inner'), { recursive: true });
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toThrow();
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
  });
});

test('temporary siblings are hidden, beside their file, and never the same', () => {
  const [first, second] = [temporarySibling('/data/x/index.json'), temporarySibling('/data/x/index.json')];
  expect(first).toMatch(/^\/data\/x\/\.index\.json\..*\.tmp$/);
  expect(first).not.toBe(second);
});

test('a folder appears under its final name as a whole', async () => {
  await inFolder(async (folder) => {
    const final = join(folder, 'versions', 'v1');
    const temporary = temporarySibling(final);
    await mkdir(join(temporary, 'deep'), { recursive: true });
    await writeFile(join(temporary, 'deep', 'x.txt'), 'x');
    expect(await commitFolder(temporary, final)).toBe('committed');
    expect(await readFile(join(final, 'deep', 'x.txt'), 'utf8')).toBe('x');
    expect(await readdir(join(folder, 'versions'))).toEqual(['v1']);
  });
});

test('a folder that another process committed first stays; ours is removed', async () => {
  await inFolder(async (folder) => {
    const final = join(folder, 'v1');
    await mkdir(final);
    await writeFile(join(final, 'x.txt'), 'theirs');
    const temporary = temporarySibling(final);
    await mkdir(temporary);
    await writeFile(join(temporary, 'x.txt'), 'ours');
    expect(await commitFolder(temporary, final)).toBe('existed');
    expect(await readFile(join(final, 'x.txt'), 'utf8')).toBe('theirs');
    expect(await readdir(folder)).toEqual(['v1']);
  });
});
