import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../../src/core/clock.ts';
import { EnvironmentError, NotFoundError } from '../../../../src/core/errors.ts';
import { openSource } from '../../../../src/datasets/sources/open-source.ts';
import { listFiles, quietContext, temporaryFolder } from '../../../helpers/dataset-files.ts';
import { signArchive } from '../../../helpers/kaggle-archives.ts';
import {
  withKaggleServer,
  type KaggleServer,
  type KaggleServerOptions,
  type ServedDataset,
} from '../../../helpers/kaggle-server.ts';
import { makeZip } from '../../../helpers/make-zip.ts';

const signs = await signArchive(2);
const table = Buffer.from('label,count\n'.repeat(2_000));
const dataset: ServedDataset = {
  ...{ owner: 'o', slug: 'signs', versions: [Buffer.from('old'), Buffer.from('the whole')] },
  files: {
    'signs.zip': signs,
    'tables/labels.csv': table,
    'packed/inner.zip': makeZip([{ path: 'inner.zip', data: signs }]),
    'nothing.zip': makeZip([]),
  },
};

async function download(server: KaggleServer, file: string, env: Record<string, string> = {}) {
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const context = { cwd: '/', clock, env: { ...server.env, ...env }, version: '1.2.3' };
  const source = await openSource(`kaggle:o/signs#file=${file}`, context);
  const folder = await temporaryFolder();
  const into = path.join(folder, 'into');
  await mkdir(into);
  const quiet = quietContext();
  const metadata = await source.describe(quiet.signal);
  const fetch = () => source.download(into, { ...quiet, metadata, keptFolder: path.join(folder, 'kept') });
  return { metadata, fetch, into };
}

const served = (options: Partial<KaggleServerOptions>, body: (server: KaggleServer) => Promise<void>): Promise<void> =>
  withKaggleServer({ datasets: [dataset], ...options }, body);

test.each(['rest', 'rpc'])('an archive among the files is downloaded alone, in the %s dialect', async (dialect) => {
  await served({}, async (server) => {
    const { metadata, fetch } = await download(server, 'signs.zip', { KAGGLE_API_DIALECT: dialect });
    expect(metadata).toMatchObject({
      source: 'kaggle:o/signs#file=signs.zip',
      name: 'signs-signs',
      upstreamVersion: '2',
    });
    expect(metadata).not.toHaveProperty('bytes');
    const found = await fetch();
    expect(found.kind).toBe('archive');
    expect((await readFile(found.path)).equals(signs)).toBe(true);
    expect(server.storage.map((request) => request.path.split('?')[0])).toEqual(['/o/signs/2/signs.zip']);
  });
});

test('a file that the storage packs on its way is unpacked, one that is a zip itself is not', async () => {
  await served({}, async (server) => {
    const { fetch } = await download(server, 'tables/labels.csv');
    const found = await fetch();
    expect(found).toMatchObject({ kind: 'folder', owned: true });
    expect(await listFiles(found.path)).toEqual(['tables/labels.csv']);
    expect((await readFile(path.join(found.path, 'tables/labels.csv'))).equals(table)).toBe(true);
    expect(server.storage[0]!.path).toContain('labels.csv.zip?');

    const inner = await (await download(server, 'packed/inner.zip')).fetch();
    expect(inner.kind).toBe('archive');
    expect((await readFile(inner.path)).equals(signs)).toBe(true);
    expect(await (await download(server, 'nothing.zip')).fetch()).toMatchObject({ kind: 'archive' });
  });
});

test('it is gone on with where it broke, and held against its MD5', async () => {
  await served(
    {
      storageFaults: [
        { kind: 'cut', after: 500 },
        { kind: 'flip', at: 3 },
      ],
    },
    async (server) => {
      const found = await (await download(server, 'signs.zip')).fetch();
      expect(
        createHash('md5')
          .update(await readFile(found.path))
          .digest('hex'),
      ).toBe(createHash('md5').update(signs).digest('hex'));
      expect(server.storage.length).toBeGreaterThan(2);
    },
  );
  const storageFaults = Array.from({ length: 2 }, () => ({ kind: 'wrong-md5' }) as const);
  await served({ storageFaults }, async (server) => {
    await expect((await download(server, 'signs.zip')).fetch()).rejects.toThrow('its MD5 must be');
  });
});

test.each([
  ['sings.zip', 'kaggle:o/signs/versions/2 has no file "sings.zip". Did you mean "signs.zip"?'],
  ['labels.csv', 'Did you mean "tables/labels.csv"?'],
  ['zebras.tar.gz', 'See them: mlflow-ts data files kaggle:o/signs'],
])('there is no file %s', async (file, reason) => {
  await served({ pageSize: 2 }, async (server) => {
    const { fetch } = await download(server, file);
    await expect(fetch()).rejects.toThrow(NotFoundError);
    await expect(fetch()).rejects.toThrow(reason);
  });
});

test('a file that does not come is no file that there is not', async () => {
  await served({ storageFaults: Array.from({ length: 9 }, () => ({ kind: 'reset' }) as const) }, async (server) => {
    await expect((await download(server, 'signs.zip')).fetch()).rejects.toThrow(EnvironmentError);
  });
});
