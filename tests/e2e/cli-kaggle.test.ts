import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startKaggleServer, type ServedDataset } from '../helpers/kaggle-server.ts';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { runCliHere, type Ended } from './run-cli.ts';

const dataset = (slug: string): ServedDataset => ({
  owner: 'some-one',
  slug,
  title: `All about ${slug}`,
  versions: [Buffer.alloc(2_000)],
  files: Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`signs/a/${at}.jpg`, Buffer.alloc(100 * at)])),
});

let server: Awaited<ReturnType<typeof startKaggleServer>>;
let cwd: string;
beforeAll(async () => {
  const datasets = ['hand-signs', 'street-signs', 'sea-signs', 'dogs'].map(dataset);
  server = await startKaggleServer({ datasets, pageSize: 3 });
  cwd = await temporaryFolder();
});
afterAll(() => server.close());

const cli = (args: string[], env = {}): Promise<Ended> => runCliHere(args, { cwd, env: { ...server.env, ...env } });

test.each(['rest', 'rpc'])('data search and data files look through all pages, in the %s dialect', async (dialect) => {
  const env = { KAGGLE_API_DIALECT: dialect };
  const found = await cli(['data', 'search', 'signs'], env);
  expect(found.stdout).toMatch(/^SOURCE +SIZE +DOWNLOADS +CHANGED +TITLE\n/);
  expect(found.stdout).toMatch(/kaggle:some-one\/sea-signs +2.* +7 +2026-01-02 +All about sea-signs/);
  expect(found.stdout).not.toContain('dogs');
  const files = await cli(['data', 'files', 'kaggle:some-one/dogs', '--json'], env);
  expect(JSON.parse(files.stdout)).toHaveLength(7);
  expect(JSON.parse(files.stdout)).toContainEqual({ name: 'signs/a/6.jpg', bytes: 600, createdAt: null });
});

test('a list that is cut says that there is more', async () => {
  const cut = await cli(['data', 'files', 'kaggle:some-one/dogs', '--limit', '3']);
  expect(cut.stdout.trim().split('\n')).toHaveLength(4);
  expect(cut.stderr).toContain('There are more');
  expect((await cli(['data', 'files', 'kaggle:some-one/dogs', '--limit', '7'])).stderr).not.toContain('There are more');
});

test('says that there is nothing, and which sources have a list', async () => {
  expect((await cli(['data', 'search', 'zebras'])).stderr).toContain('no dataset about "zebras"');
  const folder = await cli(['data', 'files', 'folder:photos']);
  expect(folder).toMatchObject({ code: 2, stderr: expect.stringContaining('kaggle:owner/slug') });
  expect(await cli(['data', 'files', 'kaggle:some-one/cats'])).toMatchObject({ code: 2 });
});
