import { expect, test } from '@jest/globals';
import { makePng, temporaryFolder } from '../helpers/dataset-files.ts';
import { withDogServer, type ServedDogs } from '../helpers/dog-server.ts';
import { runCli, SHIPPED } from './run-cli.ts';

test('collecting dogs again asks for the lists alone, and of a new image for that image alone', async () => {
  const dogs: ServedDogs = {};
  for (const [at, label] of ['poodle', 'hound-afghan'].entries()) {
    dogs[label] = Object.fromEntries(
      await Promise.all([1, 2, 3].map(async (nth) => [`${nth}.jpg`, await makePng(100 * at + nth)] as const)),
    );
  }
  await withDogServer({ dogs }, async ({ env, asked, images }) => {
    const cwd = await temporaryFolder();
    const collect = async () => {
      const ended = await runCli(['run', 'collect', '-p', 'source=dog-api:poodle,hound', '--json'], {
        ...{ cwd, env, script: SHIPPED },
      });
      expect(ended).toMatchObject({ code: 0 });
      return (JSON.parse(ended.stdout) as { result: Record<string, unknown> }).result;
    };
    const first = await collect();
    expect(first).toMatchObject({ name: 'dogs', classNames: ['hound-afghan', 'poodle'], samples: 6 });
    expect(images).toHaveLength(6);

    asked.length = 0;
    expect(await collect()).toEqual(first);
    expect([...asked].sort()).toEqual(['breed/hound/images', 'breed/poodle/images']);
    expect(images).toHaveLength(6);

    dogs.poodle!['4.jpg'] = await makePng(104);
    expect(await collect()).toMatchObject({ samples: 7 });
    expect(images.slice(6)).toEqual(['poodle/4.jpg']);
  });
});
