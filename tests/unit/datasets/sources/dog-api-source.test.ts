import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../../src/core/clock.ts';
import { EnvironmentError, NotFoundError, ParameterError } from '../../../../src/core/errors.ts';
import { openSource } from '../../../../src/datasets/sources/open-source.ts';
import { listFiles, makePng, quietContext, temporaryFolder } from '../../../helpers/dataset-files.ts';
import { withDogServer, type DogFault, type DogServer, type ServedDogs } from '../../../helpers/dog-server.ts';

async function someDogs(perLabel = 3): Promise<ServedDogs> {
  const dogs: ServedDogs = {};
  for (const [at, label] of ['poodle', 'hound-afghan', 'hound-basset', 'pug'].entries()) {
    dogs[label] = {};
    for (let nth = 0; nth < perLabel; nth += 1) dogs[label][`${nth}.jpg`] = await makePng(100 * at + nth);
  }
  return dogs;
}

async function openDogs(server: DogServer, address = 'dog-api:') {
  const waits: number[] = [];
  const clock = { ...systemClock, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
  const source = await openSource(address, { clock, cwd: '/', env: server.env, version: '1.2.3' });
  const folder = await temporaryFolder();
  const quiet = quietContext();
  const keptFolder = path.join(folder, 'kept');
  let turn = 0;
  const download = async (options: { signal?: AbortSignal; earlier?: string[] } = {}) => {
    const into = path.join(folder, `into-${turn++}`);
    await mkdir(into);
    const metadata = await source.describe(quiet.signal);
    const earlier = () => Promise.resolve(options.earlier ?? []);
    await source.download(into, { ...quiet, ...options, earlier, metadata, keptFolder });
    return into;
  };
  return { source, download, waits, keptFolder, messages: quiet.messages, quiet };
}

const page = (status: number, body = '<html>Just a moment...</html>'): DogFault => ({ kind: 'page', status, body });

test('a breed is a class, a sub-breed one of its own, and every request says who asks', async () => {
  await withDogServer({ dogs: await someDogs() }, async (server) => {
    const { source, download } = await openDogs(server, 'dog-api:Pug,hound/basset,pug?perClass=2&seed=7');
    expect(source.address).toBe('dog-api:hound-basset,pug?perClass=2');
    const files = await listFiles(await download());
    expect(files.map((file) => file.split('/')[0])).toEqual([
      'hound-basset',
      'hound-basset',
      'images.json',
      'pug',
      'pug',
    ]);
    expect(server.asked).toEqual(Array(2).fill(['breed/hound/basset/images', 'breed/pug/images']).flat());
    expect([...server.agents]).toEqual(['mlflow-ts/1.2.3']);
  });
});

test('asks four times a second at most, and loads five images at once at most', async () => {
  const dogs = Object.fromEntries(
    Array.from({ length: 9 }, (_, at) => [`breed${at}`, { 'a.jpg': Buffer.from(`GIF89a${at}`) }]),
  );
  await withDogServer({ dogs, imageMs: 20 }, async (server) => {
    const { source, download, quiet, waits } = await openDogs(server);
    await source.describe(quiet.signal);
    expect(waits).toHaveLength(6);
    expect(Math.max(...waits)).toBeGreaterThan(1_000);
    await download();
    expect(server.mostAtOnce()).toBe(5);
  });
});

test('what a crowd is told is waited for: 403, 429, 5xx and connections that break', async () => {
  const faults: Record<string, DogFault[]> = {
    'breeds/list/all': [page(403), { kind: 'busy', status: 429, retryAfter: '2' }, { kind: 'reset' }],
    'pug/0.jpg': [page(403), { kind: 'busy', status: 503, retryAfter: '3' }],
    'pug/1.jpg': [{ kind: 'reset' }, { kind: 'cut', after: 20 }],
    'pug/2.jpg': [page(200)],
  };
  const dogs = await someDogs();
  await withDogServer({ dogs, faults }, async (server) => {
    const { download, waits } = await openDogs(server);
    const into = await download();
    expect(waits).toEqual(expect.arrayContaining([2_000, 3_000]));
    for (const name of ['0.jpg', '1.jpg', '2.jpg']) {
      expect((await readFile(path.join(into, 'pug', name))).equals(dogs.pug![name]!)).toBe(true);
    }
  });
});

test('an image that is gone, kept back or none is left out and told', async () => {
  const faults = {
    'pug/1.jpg': Array<DogFault>(9).fill(page(403)),
    'poodle/2.jpg': Array<DogFault>(9).fill(page(200)),
  };
  const dogs = await someDogs();
  dogs['hound-afghan']!['0.jpg'] = Buffer.alloc(0);
  await withDogServer({ dogs, faults, gone: ['pug/0.jpg'] }, async (server) => {
    const { download, messages } = await openDogs(server);
    expect((await listFiles(await download())).filter((file) => !file.startsWith('hound-basset'))).toEqual([
      'hound-afghan/1.jpg',
      'hound-afghan/2.jpg',
      'images.json',
      'poodle/0.jpg',
      'poodle/1.jpg',
      'pug/2.jpg',
    ]);
    const told = messages.filter((message) => message.endsWith('It is left out.')).join('\n');
    for (const part of [
      'pug/0.jpg answered 404',
      'pug/1.jpg answered 403',
      'poodle/2.jpg brought something that is no image',
    ]) {
      expect(told).toContain(part);
    }
  });
});

test('where hardly an image comes, a server or proxy is at fault and nothing is made of it', async () => {
  const dogs = await someDogs(8);
  const faults = Object.fromEntries(
    Object.entries(dogs).flatMap(([label, images]) =>
      Object.keys(images).map((name) => [
        `${label}/${name}`,
        Array<DogFault>(4).fill(page(200, '<html>Log in</html>')),
      ]),
    ),
  );
  await withDogServer({ dogs, faults }, async (server) => {
    const { download } = await openDogs(server);
    await expect(download()).rejects.toThrow(EnvironmentError);
    expect(new Set(server.images).size).toBeLessThan(20);
  });
});

test('the same bytes are kept once in a breed, and not at all under two', async () => {
  const dogs = await someDogs();
  dogs.pug!['again.jpg'] = dogs.pug!['1.jpg']!;
  dogs.poodle!['hound.jpg'] = dogs['hound-afghan']!['2.jpg']!;
  await withDogServer({ dogs }, async (server) => {
    const { download, messages } = await openDogs(server);
    const into = await download();
    const files = await listFiles(into);
    expect(files.filter((file) => file.startsWith('pug/'))).toEqual(['pug/0.jpg', 'pug/1.jpg', 'pug/2.jpg']);
    expect(files).not.toContain('poodle/hound.jpg');
    expect(files).not.toContain('hound-afghan/2.jpg');
    expect(messages.join('\n')).toContain('hound-afghan/2.jpg = poodle/hound.jpg');

    // All of that is known: not even what was left out is asked for again.
    server.images.length = 0;
    const other = await openDogs(server);
    expect(await listFiles(await other.download({ earlier: [into] }))).toEqual(files);
    expect(server.images).toEqual([]);

    // Without what it contradicted it is an image like others.
    delete dogs.poodle!['hound.jpg'];
    const alone = await openDogs(server);
    expect(await listFiles(await alone.download({ earlier: [into] }))).toContain('hound-afghan/2.jpg');
    expect(server.images).toEqual(['hound-afghan/2.jpg']);
  });
});

test('only what is new or was damaged is downloaded, whatever breeds were collected before', async () => {
  const dogs = await someDogs();
  await withDogServer({ dogs }, async (server) => {
    const hounds = await (await openDogs(server, 'dog-api:hound,pug')).download();
    server.images.length = 0;
    dogs.pug!['new.jpg'] = await makePng(999);
    const damaged = path.join(hounds, 'hound-basset', '1.jpg');
    await writeFile(damaged, 'no image');
    const into = await (await openDogs(server, 'dog-api:hound,pug,poodle')).download({ earlier: [hounds] });
    expect([...server.images].sort()).toEqual([
      'hound-basset/1.jpg',
      'poodle/0.jpg',
      'poodle/1.jpg',
      'poodle/2.jpg',
      'pug/new.jpg',
    ]);
    expect((await readFile(path.join(into, 'hound-basset', '1.jpg'))).equals(dogs['hound-basset']!['1.jpg']!)).toBe(
      true,
    );
    expect(await readFile(damaged, 'utf8')).toBe('no image');
  });
});

test('a download that was stopped goes on with what has come', async () => {
  await withDogServer({ dogs: await someDogs(), imageMs: 10 }, async (server) => {
    const { source, download, keptFolder, quiet } = await openDogs(server);
    const stop = new AbortController();
    const metadata = await source.describe(quiet.signal);
    const progress = ({ done }: { done: number }) => (done === 4 ? stop.abort(new Error('enough')) : undefined);
    const context = { ...quiet, metadata, keptFolder, signal: stop.signal, progress };
    await expect(source.download(await temporaryFolder(), context)).rejects.toThrow('enough');
    const come = (await listFiles(keptFolder)).filter((file) => file.endsWith('.jpg'));
    expect(come.length).toBeGreaterThanOrEqual(4);
    server.images.length = 0;
    expect(await listFiles(await download())).toHaveLength(13);
    expect(server.images).toHaveLength(12 - come.length);
    expect(server.images.some((name) => come.includes(`images/${name}`))).toBe(false);
  });
});

test('a list that changes in between is not taken for the one that was described', async () => {
  const dogs = await someDogs();
  await withDogServer({ dogs }, async (server) => {
    const { source, keptFolder, quiet } = await openDogs(server);
    const metadata = await source.describe(quiet.signal);
    dogs.pug!['new.jpg'] = await makePng(999);
    const context = { ...quiet, metadata, keptFolder };
    await expect(source.download(await temporaryFolder(), context)).rejects.toThrow('Collect again');
    expect(await readdir(path.dirname(keptFolder))).toEqual([]);
  });
});

test.each([
  ['dog-api:poodl,pug', {}, NotFoundError, 'knows no breed "poodl". Did you mean "poodle"?'],
  ['dog-api:hound-afgan,pug', {}, NotFoundError, 'Did you mean "hound-afghan"?'],
  ['dog-api:zebra,pug', {}, NotFoundError, 'breeds/list/all has them all'],
  ['dog-api:pug', {}, ParameterError, 'has images of "pug" alone; at least two breeds are needed'],
  ['dog-api:', { 'breeds/list/all': [page(200)] }, EnvironmentError, 'a proxy in between that wants a login'],
  ['dog-api:', { 'breeds/list/all': [page(200, '<breeds/>')] }, EnvironmentError, 'not what the Dog API says'],
  ['dog-api:', { 'breeds/list/all': [page(404)] }, NotFoundError, 'there is no Dog API there. Check DOG_API_ENDPOINT'],
  ['dog-api:', { 'breeds/list/all': Array<DogFault>(9).fill(page(403)) }, EnvironmentError, 'for a while'],
  [
    'dog-api:',
    { 'breeds/list/all': [page(200, '{"status":"error","message":"Nope","code":"400"}')] },
    Error,
    '400 ("Nope")',
  ],
  ['dog-api:', { 'breeds/list/all': [page(200, '{"status":"success","message":[1]}')] }, Error, 'is not what it was'],
])('%s with %j is explained', async (address, faults, type, reason) => {
  await withDogServer({ dogs: await someDogs(1), faults }, async (server) => {
    const { source, quiet } = await openDogs(server, address);
    const described = source.describe(quiet.signal);
    await expect(described).rejects.toThrow(type);
    await expect(described).rejects.toThrow(reason);
  });
});
