import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { collectGarbage, findGarbage } from '../../src/app/garbage/collect-garbage.ts';
import { lockOfDownload } from '../../src/app/download-folders.ts';
import { DAY_MS, systemClock } from '../../src/core/clock.ts';
import { identifyProcess } from '../../src/engine/this-process.ts';
import { signArchive } from '../helpers/kaggle-archives.ts';
import { withKaggleServer } from '../helpers/kaggle-server.ts';
import { temporaryProject, type TestProject } from '../helpers/project.ts';

const source = 'kaggle:some-one/signs';

/** A clock that can be put forward, on which a short wait takes next to no time, and a long one until it is given up. */
function laterClock() {
  let aheadMs = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + aheadMs,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms < 60_000 ? 5 : ms, signal),
    putForward: (ms: number) => void (aheadMs += ms),
  };
}

const keptIn = async ({ services }: TestProject): Promise<string[]> =>
  (await readdir(path.join(services.project.dataDir, 'kept-downloads')).catch(() => [])).filter(
    (name) => !name.endsWith('.lock'),
  );

const keptGarbage = async ({ services }: TestProject) =>
  (await findGarbage(services, 0)).filter(({ path: where }) => /kept-downloads\/[^/]+(?<!\.lock)$/u.test(where));

test('retention: gc removes what has come of a download when nobody went on with it for a week', async () => {
  const resets = Array.from({ length: 4 }, () => ({ kind: 'reset' }) as const);
  const storageFaults = [{ kind: 'cut', after: 900 } as const, ...resets];
  const datasets = [{ owner: 'some-one', slug: 'signs', versions: [await signArchive(2)] }];
  await withKaggleServer({ datasets, storageFaults }, async (server) => {
    const clock = laterClock();
    const project = await temporaryProject(server.env, clock);
    expect(await project.run('collect', { source })).toMatchObject({ error: { code: 'ENVIRONMENT' } });
    expect(await keptIn(project)).toHaveLength(1);
    expect(await keptGarbage(project)).toEqual([]);
    clock.putForward(8 * DAY_MS);
    const garbage = await keptGarbage(project);
    expect(garbage).toMatchObject([{ kind: 'download', why: 'nobody went on with it' }]);
    expect(await collectGarbage(project.services, garbage, 0)).toMatchObject({ items: 1 });
    expect(await keptIn(project)).toEqual([]);
  });
});

test('retention: gc leaves an old part alone while a collect goes on with it', async () => {
  const resets = Array.from({ length: 4 }, () => ({ kind: 'reset' }) as const);
  const storageFaults = [
    ...[{ kind: 'cut', after: 900 } as const, ...resets],
    { kind: 'busy', status: 503, retryAfter: '300' } as const,
  ];
  const datasets = [{ owner: 'some-one', slug: 'signs', versions: [await signArchive(2)] }];
  await withKaggleServer({ datasets, storageFaults }, async (server) => {
    const clock = laterClock();
    const project = await temporaryProject(server.env, clock);
    await project.run('collect', { source });
    clock.putForward(8 * DAY_MS);
    const stop = new AbortController();
    const underWay = project.run('collect', { source }, { signal: stop.signal });
    while (server.storage.length < 6) await delay(5);
    expect(await keptGarbage(project)).toEqual([]);
    stop.abort(new Error('enough'));
    await underWay;
    expect(await keptIn(project)).toHaveLength(1);

    expect(await project.run('collect', { source })).toMatchObject({ result: { samples: 9 } });
    expect(await keptIn(project)).toEqual([]);
  });
});

test.each([
  ['a process of this machine that has died', { pid: 999_999_999 }, []],
  ['a process of another machine, of which nobody can tell', { host: 'elsewhere' }, ['the lock']],
])('a download whose lock is held by %s is done all the same', async (_whose, holder, left) => {
  const datasets = [{ owner: 'some-one', slug: 'signs', versions: [await signArchive(2)] }];
  await withKaggleServer({ datasets }, async (server) => {
    const project = await temporaryProject(server.env);
    const metadata = { source, name: 'signs', title: 'signs', upstreamVersion: '1', synthetic: false };
    const lock = lockOfDownload(project.services, metadata);
    await mkdir(path.dirname(lock), { recursive: true });
    await writeFile(lock, JSON.stringify({ ...identifyProcess(), nonce: 'n', ...holder }));
    expect(await project.run('collect', { source })).toMatchObject({ result: { samples: 9, upstreamVersion: '1' } });
    const names = await readdir(path.dirname(lock));
    expect(names.map((name) => (name === path.basename(lock) ? 'the lock' : name))).toEqual(left);
  });
});
