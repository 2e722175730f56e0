import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, NotFoundError } from '../../../src/core/errors.ts';
import { createArtifactStore } from '../../../src/storage/artifact-store.ts';
import type { ArtifactStore } from '../../../src/storage/artifact-store.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

async function withStore(body: (store: ArtifactStore, root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'mlflow-ts-store-'));
  await body(createArtifactStore(join(root, 'artifacts')), root);
  await rm(root, { recursive: true, force: true });
}

test('bytes and files with the same content are one file under its hash', async () => {
  await withStore(async (store, root) => {
    await writeFile(join(root, 'report.txt'), 'content');
    const fromBytes = await store.putBytes(Buffer.from('content'));
    const fromFile = await store.putFile(join(root, 'report.txt'));
    expect(fromBytes).toEqual({ hash: hashOf('content'), bytes: 7 });
    expect(fromFile).toEqual(fromBytes);
    expect(store.pathOf(fromBytes.hash)).toBe(join(root, 'artifacts', fromBytes.hash.slice(0, 2), fromBytes.hash));
    expect((await readdir(join(root, 'artifacts'), { recursive: true })).sort()).toEqual([
      fromBytes.hash.slice(0, 2),
      join(fromBytes.hash.slice(0, 2), fromBytes.hash),
    ]);
    expect((await store.read(fromBytes.hash)).toString()).toBe('content');
    expect(await readFile(join(root, 'report.txt'), 'utf8')).toBe('content');
  });
});

test('a removed file is gone, and removing it again is no error', async () => {
  await withStore(async (store) => {
    const { hash } = await store.putBytes(Buffer.from('x'));
    expect(await store.has(hash)).toBe(true);
    expect(store.removeUntouched(hash, Infinity)).toBeGreaterThan(0);
    expect(store.removeUntouched(hash, Infinity)).toBeUndefined();
    expect(await store.has(hash)).toBe(false);
    await expect(store.read(hash)).rejects.toThrow(NotFoundError);
  });
});

test('a changed file is not handed out, and is written anew when put again', async () => {
  await withStore(async (store) => {
    const { hash } = await store.putBytes(Buffer.from('whole'));
    await writeFile(store.pathOf(hash), 'cut');
    await expect(store.read(hash)).rejects.toThrow(DataError);
    await store.putBytes(Buffer.from('whole'));
    expect((await store.read(hash)).toString()).toBe('whole');
  });
});

test('what is not a hash never becomes a path', async () => {
  await withStore(async (store) => {
    expect(() => store.pathOf('../../etc/passwd')).toThrow(NotFoundError);
    await expect(store.read('ab')).rejects.toThrow(NotFoundError);
  });
});

test('a file that cannot be read leaves nothing in the store', async () => {
  await withStore(async (store, root) => {
    await expect(store.putFile(join(root, 'missing'))).rejects.toThrow('ENOENT');
    expect(await readdir(join(root, 'artifacts'))).toEqual([]);
  });
});
