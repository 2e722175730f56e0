import { afterAll, beforeAll, describe } from '@jest/globals';
import { startKaggleServer, type ServedDataset } from '../helpers/kaggle-server.ts';
import { signArchive } from '../helpers/kaggle-archives.ts';
import { sourceContract } from './source.ts';

describe.each(['rest', 'rpc'])('in the %s dialect', (dialect) => {
  const signs: ServedDataset = { owner: 'some-one', slug: 'Hand_Signs', versions: [] };
  let server: Awaited<ReturnType<typeof startKaggleServer>>;
  beforeAll(async () => {
    server = await startKaggleServer({ datasets: [signs] });
  });
  afterAll(() => server.close());

  sourceContract({
    prepare: async () => {
      signs.versions = [await signArchive(2)];
      return 'kaggle:some-one/Hand_Signs';
    },
    change: async (_cwd, address) => {
      signs.versions.push(await signArchive(3));
      return address;
    },
    missing: 'kaggle:some-one/nothing',
    env: () => ({ ...server.env, KAGGLE_API_DIALECT: dialect }),
    expected: {
      name: 'hand_signs',
      layout: 'image-folders',
      classNames: ['A', 'B', 'nothing'],
      samples: 9,
      testSamples: 3,
      licence: 'CC0-1.0',
      upstreamVersion: '1',
    },
  });
});

describe('of one file', () => {
  const signs: ServedDataset = { owner: 'some-one', slug: 'many', versions: [], files: {} };
  let server: Awaited<ReturnType<typeof startKaggleServer>>;
  beforeAll(async () => {
    server = await startKaggleServer({ datasets: [signs] });
  });
  afterAll(() => server.close());

  sourceContract({
    prepare: async () => {
      signs.versions = [Buffer.from('all of it')];
      signs.files = { 'photos/Signs.zip': await signArchive(2) };
      return 'kaggle:some-one/many#file=photos/Signs.zip';
    },
    change: (_cwd, address) => {
      signs.versions.push(Buffer.from('all of it, again'));
      return Promise.resolve(address);
    },
    missing: 'kaggle:some-one/nothing#file=photos/Signs.zip',
    env: () => server.env,
    expected: { name: 'many-signs', classNames: ['A', 'B', 'nothing'], samples: 9, testSamples: 3 },
  });
});
