import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../../src/core/clock.ts';
import { DataError, EnvironmentError, NotFoundError, ParameterError } from '../../../../src/core/errors.ts';
import { openSource } from '../../../../src/datasets/sources/open-source.ts';
import { quietContext, temporaryFolder } from '../../../helpers/dataset-files.ts';
import { withKaggleServer, type KaggleServer, type ServedDataset } from '../../../helpers/kaggle-server.ts';

const archive = Buffer.from(Array.from({ length: 80_000 }, (_, index) => (index * 7919) % 251));
const digest = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const signs = (): ServedDataset => ({ owner: 'o', slug: 'signs', versions: [Buffer.from('old'), archive] });

/** Waits only as long as it is told, but in no time. */
function patientClock() {
  const waits: number[] = [];
  return { waits, clock: { ...systemClock, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) } };
}

async function open(server: KaggleServer, address = 'kaggle:o/signs', env: Record<string, string> = {}) {
  const { clock, waits } = patientClock();
  const context = { cwd: '/', clock, env: { ...server.env, ...env }, version: '1.2.3' };
  const source = await openSource(address, context);
  const folder = await temporaryFolder();
  const into = path.join(folder, 'into');
  await mkdir(into);
  const quiet = quietContext();
  const keptFolder = path.join(folder, 'kept');
  const download = async () => {
    const metadata = await source.describe(quiet.signal);
    const found = await source.download(into, { ...quiet, metadata, keptFolder });
    return digest(await readFile(found.path));
  };
  return { source, download, waits, keptFolder, quiet, into };
}

test('one request tells the version, the title, the licence and the size', async () => {
  await withKaggleServer({ datasets: [signs()] }, async (server) => {
    const { source, quiet } = await open(server);
    expect(await source.describe(quiet.signal)).toEqual({
      source: 'kaggle:o/signs',
      name: 'signs',
      title: 'signs',
      upstreamVersion: '2',
      synthetic: false,
      licence: 'CC0-1.0',
      bytes: archive.length,
    });
    expect(server.api).toMatchObject([
      { verb: 'GET', path: '/api/v1/datasets/view/o/signs', agent: 'mlflow-ts/1.2.3' },
    ]);
    expect(server.storage).toEqual([]);
  });
});

test('without a version number the time of the last change tells the version; without both nothing does', async () => {
  const dataset = { ...signs(), without: ['currentVersionNumber'] };
  await withKaggleServer({ datasets: [dataset] }, async (server) => {
    const { source, quiet } = await open(server);
    expect(await source.describe(quiet.signal)).toMatchObject({ upstreamVersion: '2026-01-02T03:04:05.123Z' });
  });
  const mute = { ...signs(), without: ['currentVersionNumber', 'lastUpdated'] };
  await withKaggleServer({ datasets: [mute] }, async (server) => {
    const { source, quiet } = await open(server);
    await expect(source.describe(quiet.signal)).rejects.toThrow('neither currentVersionNumber nor lastUpdated');
  });
});

test('one version may be asked for; one that there is not yet is told with the newest', async () => {
  await withKaggleServer({ datasets: [signs()] }, async (server) => {
    expect(await (await open(server, 'kaggle:o/signs/versions/1')).download()).toBe(digest(Buffer.from('old')));
    const { source, quiet } = await open(server, 'kaggle:o/signs/versions/3');
    await expect(source.describe(quiet.signal)).rejects.toThrow('o/signs has no version 3: its newest is 2.');
  });
});

test('the version that was described is downloaded, also when there is a newer one by then', async () => {
  const dataset = signs();
  await withKaggleServer({ datasets: [dataset] }, async (server) => {
    const { source, into, keptFolder, quiet } = await open(server);
    const metadata = await source.describe(quiet.signal);
    dataset.versions.push(Buffer.from('newer'));
    const found = await source.download(into, { ...quiet, metadata, keptFolder });
    expect(digest(await readFile(found.path))).toBe(digest(archive));
  });
});

test('credentials go to the API and not to the storage it redirects to', async () => {
  for (const dialect of ['rest', 'rpc']) {
    const dataset = { ...signs(), authorization: 'Bearer secret-token' };
    await withKaggleServer({ datasets: [dataset] }, async (server) => {
      const env = { KAGGLE_API_TOKEN: 'secret-token', KAGGLE_API_DIALECT: dialect };
      expect(await (await open(server, undefined, env)).download()).toBe(digest(archive));
      expect(new Set(server.api.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer secret-token']));
      expect(server.storage).toMatchObject([{ verb: 'GET', authorization: undefined }]);
    });
  }
});

test('says what to do when it may not have it', async () => {
  const dataset = { ...signs(), authorization: 'Bearer right' };
  await withKaggleServer({ datasets: [dataset] }, async (server) => {
    const anonymous = open(server).then(({ download }) => download());
    await expect(anonymous).rejects.toThrow(DataError);
    await expect(anonymous).rejects.toThrow('set KAGGLE_API_TOKEN');
    const wrong = open(server, undefined, { KAGGLE_API_TOKEN: 'wrong-token' }).then(({ download }) => download());
    await expect(wrong).rejects.toThrow(ParameterError);
    await expect(wrong).rejects.toThrow('the credentials in KAGGLE_API_TOKEN');
    await expect(wrong).rejects.not.toThrow('wrong-token');
  });
});

test.each([
  ['kaggle:o/sings', 'kaggle:o/signs'],
  ['kaggle:0/signs', 'kaggle:o/signs'],
  ['kaggle:someone-else/signs', 'kaggle:o/signs'],
  ['kaggle:o/hand-sign-digits', 'kaggle:o/hand-signs-digits'],
])('%s, which is not there, is told with %s, which was probably meant', async (address, meant) => {
  const others = ['hand-signs-digits', 'zebras'].map((slug) => ({ owner: 'o', slug, versions: [archive] }));
  await withKaggleServer({ datasets: [...others, signs()] }, async (server) => {
    const { source, quiet } = await open(server, address);
    const described = source.describe(quiet.signal);
    await expect(described).rejects.toThrow(NotFoundError);
    await expect(described).rejects.toThrow(`Did you mean "${meant}"?`);
  });
});

test('a dataset that is not there is told without another one where none is like it', async () => {
  await withKaggleServer({ datasets: [signs()] }, async (server) => {
    const { source, quiet } = await open(server, 'kaggle:nobody/whales');
    const described = source.describe(quiet.signal);
    await expect(described).rejects.toThrow('Check owner and name at https://www.kaggle.com/datasets/nobody/whales');
    await expect(described).rejects.not.toThrow('Did you mean');
  });
});

test('waits as long as it is asked to, and tries again when that may help', async () => {
  const busy = { kind: 'reply', body: '{"error":{"code":429,"message":"Too many requests"}}' } as const;
  const apiFaults = [
    { ...busy, status: 429, headers: { 'retry-after': '7' } },
    { kind: 'reset' } as const,
    { kind: 'reply', status: 503, body: '<html>', type: 'application/json' } as const,
    { ...busy, status: 200 },
  ];
  await withKaggleServer({ datasets: [signs()], apiFaults }, async (server) => {
    const { download, waits } = await open(server);
    expect(await download()).toBe(digest(archive));
    expect(waits[0]).toBe(7_000);
    expect(waits).toHaveLength(4);
  });
});

test('gives up on a server that stays busy, one that answers with pages, and one that is not there', async () => {
  const apiFaults = Array.from({ length: 5 }, () => ({ kind: 'reply', status: 429, body: '{}' }) as const);
  const gone = await withKaggleServer({ datasets: [signs()], apiFaults }, async (server) => {
    const { download, waits } = await open(server);
    await expect(download()).rejects.toThrow(EnvironmentError);
    expect(waits).toHaveLength(4);
    return server;
  });
  await expect(open(gone).then(({ download }) => download())).rejects.toThrow(
    'cannot be reached (nobody listens there)',
  );
  const page = [{ kind: 'reply', status: 200, body: '<html>log in</html>' } as const];
  await withKaggleServer({ datasets: [signs()], apiFaults: page }, async (server) => {
    await expect(open(server).then(({ download }) => download())).rejects.toThrow('Is there a proxy in between');
  });
});

test.each([
  ['ready', undefined],
  ['something new', undefined],
  ['reprocessing', 'still at work'],
  ['FAILED', 'could not process'],
  ['deleted', 'was deleted'],
])('a dataset that is %s', async (status, problem) => {
  await withKaggleServer({ datasets: [{ ...signs(), status }] }, async (server) => {
    const { download } = await open(server);
    if (problem === undefined) expect(await download()).toBe(digest(archive));
    else await expect(download()).rejects.toThrow(problem);
  });
});

test('a disk without room for it is told before anything is downloaded', async () => {
  await withKaggleServer({ datasets: [{ ...signs(), totalBytes: 1e17 }] }, async (server) => {
    const { download } = await open(server);
    await expect(download()).rejects.toThrow('200000000000000000 bytes are needed');
    expect(server.storage).toEqual([]);
  });
});

test('an address that has run out is asked for again, and the rest is fetched from the new one', async () => {
  const storageFaults = [{ kind: 'cut', after: 50_000 } as const, { kind: 'expire' } as const];
  await withKaggleServer({ datasets: [signs()], storageFaults }, async (server) => {
    const { download, keptFolder } = await open(server);
    expect(await download()).toBe(digest(archive));
    expect(await readdir(keptFolder)).toEqual(['archive']);
    expect(server.api.filter(({ path: where }) => where.includes('/download/'))).toHaveLength(2);
    expect(server.storage).toHaveLength(3);
  });
});

test('what an earlier try left is gone on with; left-over bytes that are wrong are fetched anew', async () => {
  const storageFaults = [
    { kind: 'cut', after: 50_000 } as const,
    ...Array.from({ length: 4 }, () => ({ kind: 'reset' }) as const),
  ];
  await withKaggleServer({ datasets: [signs()], storageFaults }, async (server) => {
    const { download, keptFolder } = await open(server);
    await expect(download()).rejects.toThrow(EnvironmentError);
    const part = path.join(keptFolder, 'archive.part');
    const came = await readFile(part);
    if (came.length > 0) came[0]! ^= 1;
    await writeFile(part, came);
    expect(await download()).toBe(digest(archive));
  });
});

test.each(['wrong-md5', 'flip'] as const)(
  'a file that is not the one the storage promises (%s) is an error',
  async (kind) => {
    const storageFaults = Array.from({ length: 2 }, () => ({ kind, at: 3 }) as const);
    await withKaggleServer({ datasets: [signs()], storageFaults }, async (server) => {
      await expect(open(server).then(({ download }) => download())).rejects.toThrow('its MD5 must be');
    });
  },
);

test('a file that came wrong once is fetched once more', async () => {
  await withKaggleServer({ datasets: [signs()], storageFaults: [{ kind: 'flip', at: 3 }] }, async (server) => {
    expect(await (await open(server)).download()).toBe(digest(archive));
    expect(server.storage).toHaveLength(2);
  });
});

test.each(['no-md5', 'repeated-hash'] as const)('a storage that answers with %s is believed', async (kind) => {
  await withKaggleServer({ datasets: [signs()], storageFaults: [{ kind }] }, async (server) => {
    expect(await (await open(server)).download()).toBe(digest(archive));
  });
});
