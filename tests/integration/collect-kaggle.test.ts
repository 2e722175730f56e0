import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { signArchive } from '../helpers/kaggle-archives.ts';
import { startKaggleServer, withKaggleServer, type ServedDataset } from '../helpers/kaggle-server.ts';
import { temporaryProject } from '../helpers/project.ts';

const source = 'kaggle:some-one/signs';

async function signs(): Promise<ServedDataset> {
  return { owner: 'some-one', slug: 'signs', versions: [await signArchive(2)] };
}

test('a dataset of Kaggle is downloaded once; while it is the same one request says so', async () => {
  const dataset = await signs();
  await withKaggleServer({ datasets: [dataset] }, async (server) => {
    const { run } = await temporaryProject(server.env);
    const first = await run('collect', { source });
    expect(first.result).toMatchObject({ name: 'signs', samples: 9, testSamples: 3, upstreamVersion: '1', source });
    const before = server.api.length;
    const second = await run('collect', { source });
    expect(second.result).toEqual(first.result);
    expect(server.api.slice(before)).toMatchObject([{ path: '/api/v1/datasets/view/some-one/signs' }]);
    expect(server.storage).toHaveLength(1);

    dataset.versions.push(await signArchive(3));
    expect((await run('collect', { source })).result).toMatchObject({ samples: 12, upstreamVersion: '2' });
    const pinned = await run('collect', { source: `${source}/versions/1` });
    expect(pinned.result).toMatchObject({ samples: 9, upstreamVersion: '1' });
  });
});

test('out of reach, the complete local version stands in; refused, it does not', async () => {
  const dataset = await signs();
  const server = await startKaggleServer({ datasets: [dataset] });
  const { run } = await temporaryProject(server.env);
  const first = await run('collect', { source });
  dataset.authorization = 'Bearer other';
  const refused = await run('collect', { source });
  expect(refused).toMatchObject({ flowRun: { state: { kind: 'Failed' } }, error: { code: 'DATA' } });
  await server.close();
  const offline = await run('collect', { source });
  expect(offline.result).toEqual(first.result);
  expect(offline.messages.join('\n')).toContain('its complete local version');
});

test('an archive that is not one leaves the version before it in place', async () => {
  const dataset = await signs();
  await withKaggleServer({ datasets: [dataset] }, async (server) => {
    const { run } = await temporaryProject(server.env);
    const first = await run('collect', { source });
    dataset.versions.push(dataset.versions[0]!.subarray(0, 900));
    expect(await run('collect', { source })).toMatchObject({ error: { code: 'DATA' } });
    dataset.versions.pop();
    expect((await run('collect', { source })).result).toEqual(first.result);
  });
});

test('two collects of one dataset at the same time do one download', async () => {
  await withKaggleServer({ datasets: [await signs()] }, async (server) => {
    const { run, services } = await temporaryProject(server.env);
    const [one, other] = await Promise.all([run('collect', { source }), run('collect', { source })]);
    expect(one.result).toMatchObject({ samples: 9 });
    expect(other.result).toEqual(one.result);
    expect(server.storage).toHaveLength(1);
    expect(await readdir(path.join(services.project.dataDir, 'downloads'))).toEqual([]);
    expect(await readdir(path.join(services.project.dataDir, 'kept-downloads'))).toEqual([]);
  });
});
