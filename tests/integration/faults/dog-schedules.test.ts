import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { MlflowTsError } from '../../../src/core/errors.ts';
import { seededRandom, type SeededRandom } from '../../../src/core/seeded-random.ts';
import { openSource } from '../../../src/datasets/sources/open-source.ts';
import { listFiles, makePng, quietContext, temporaryFolder } from '../../helpers/dataset-files.ts';
import { withDogServer, type DogFault, type ServedDogs } from '../../helpers/dog-server.ts';

const LISTS = ['breeds/list/all', 'breed/pug/images', 'breed/poodle/images'];

function drawFault(random: SeededRandom): DogFault {
  const faults: readonly DogFault[] = [
    { kind: 'reset' },
    { kind: 'cut', after: random.integer(200) },
    { kind: 'flip', at: random.integer(200) },
    { kind: 'lie-about-length', by: random.integer(60) - 30 },
    { kind: 'busy', status: [408, 429, 500, 503][random.integer(4)]!, retryAfter: '1' },
    { kind: 'page', status: 403, body: '<html>Just a moment...</html>' },
    { kind: 'page', status: 200, body: '<html>Log in</html>' },
    { kind: 'expire' },
  ];
  return faults[random.integer(faults.length)]!;
}

/** Lists are cut off or refused, too, but not answered with images. */
function drawListFault(random: SeededRandom): DogFault {
  return random.next() < 0.5 ? { kind: 'reset' } : { kind: 'busy', status: 503 };
}

test.each(Array.from({ length: 20 }, (_, at) => String(at + 1)))(
  'whatever the server does (seed %s), each dog is there as it was served, or left out and told, or there is an error',
  async (seed) => {
    const random = seededRandom('dog-schedule', seed);
    const dogs: ServedDogs = { pug: {}, poodle: {} };
    const faults: Record<string, DogFault[]> = {};
    const draw = (one: typeof drawFault) => Array.from({ length: random.integer(5) }, () => one(random));
    for (let at = 0; at < 16; at += 1) {
      const label = at % 2 === 0 ? 'pug' : 'poodle';
      dogs[label]![`${at}.png`] = await makePng(at);
      if (random.next() < 0.6) faults[`${label}/${at}.png`] = draw(drawFault);
    }
    for (const list of LISTS) faults[list] = draw(drawListFault);
    await withDogServer({ dogs, faults }, async ({ env }) => {
      const clock = { ...systemClock, sleep: () => Promise.resolve() };
      const source = await openSource('dog-api:', { clock, cwd: '/', env });
      const folder = await temporaryFolder();
      const context = quietContext();
      for (let turn = 0; turn < 3; turn += 1) {
        const into = path.join(folder, String(turn));
        await mkdir(into);
        try {
          const metadata = await source.describe(context.signal);
          await source.download(into, { ...context, metadata, keptFolder: path.join(folder, 'kept') });
        } catch (error) {
          expect(error).toBeInstanceOf(MlflowTsError);
          continue;
        }
        const come = (await listFiles(into)).filter((name) => name !== 'images.json');
        for (const name of come) {
          const [label, file] = name.split('/');
          expect((await readFile(path.join(into, name))).equals(dogs[label!]![file!]!)).toBe(true);
        }
        const told = context.messages.filter((message) => message.endsWith('It is left out.')).join('\n');
        for (const [label, images] of Object.entries(dogs)) {
          for (const name of Object.keys(images)) {
            expect(come.includes(`${label}/${name}`) || told.includes(`${label}/${name}`)).toBe(true);
          }
        }
        return;
      }
    });
  },
);
