import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { ParameterError } from '../../src/core/errors.ts';
import { openSource } from '../../src/datasets/sources/open-source.ts';
import { makePng } from '../helpers/dataset-files.ts';
import { startDogServer, type ServedDogs } from '../helpers/dog-server.ts';
import { sourceContract } from './source.ts';

describe.each(['dog-api:', 'dog-api:poodle,hound?perClass=3'])('%s', (address) => {
  const dogs: ServedDogs = {};
  let server: Awaited<ReturnType<typeof startDogServer>>;
  beforeAll(async () => {
    server = await startDogServer({ dogs });
  });
  afterAll(() => server.close());

  const fill = async (perLabel: number) => {
    for (const [at, label] of ['poodle', 'hound-afghan', 'hound-basset'].entries()) {
      dogs[label] = {};
      for (let nth = 0; nth < perLabel; nth += 1) dogs[label][`n${at}_${nth}.jpg`] = await makePng(100 * at + nth);
    }
  };

  sourceContract({
    prepare: async () => {
      await fill(2);
      return address;
    },
    change: async (_cwd, given) => {
      await fill(3);
      return given;
    },
    missing: 'dog-api:wolf,poodle',
    env: () => server.env,
    expected: {
      name: 'dogs',
      layout: 'image-folders',
      classNames: ['hound-afghan', 'hound-basset', 'poodle'],
      samples: 6,
      testSamples: 0,
      files: 7,
    },
  });
});

test.each([
  ['dog-api:Great Dane', '"great dane" is no name of a breed'],
  ['dog-api:hound-afghan-small', 'of a sub-breed, hound-afghan'],
  ['dog-api:hound,', '"" is no name of a breed'],
  ['dog-api:?perclass=3', 'Did you mean "perClass"?'],
  ['dog-api:?perClass=0', 'not an integer from 1 to 10000'],
  ['dog-apis:', 'Did you mean "dog-api"?'],
])('refuses the address %s', async (address, reason) => {
  const opened = openSource(address, { clock: systemClock, cwd: '/' });
  await expect(opened).rejects.toThrow(ParameterError);
  await expect(opened).rejects.toThrow(reason);
});
