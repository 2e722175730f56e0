import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { tryLock, waitForLock } from '../../../src/app/file-lock.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { identifyProcess } from '../../../src/engine/this-process.ts';
import { temporaryFolder } from '../../helpers/dataset-files.ts';

const { signal } = new AbortController();
const clock = systemClock;

async function lockFile(holder?: Record<string, unknown>): Promise<string> {
  const file = path.join(await temporaryFolder(), 'deep', 'a.lock');
  await ((await tryLock(file)) as { release(): Promise<void> }).release();
  if (holder !== undefined) await writeFile(file, JSON.stringify({ ...identifyProcess(), nonce: 'n', ...holder }));
  return file;
}

test('one at a time has it, and the next one waits for it', async () => {
  const file = await lockFile();
  const order: string[] = [];
  const first = await waitForLock(file, { clock, signal });
  expect(await tryLock(file)).toBe('held');
  const second = waitForLock(file, { clock, signal, onWait: () => order.push('waits') }).then((lock) => {
    order.push('has it');
    return lock;
  });
  order.push('given back');
  await first?.release();
  await (await second)?.release();
  expect(order.at(-1)).toBe('has it');
  expect(await readdir(path.dirname(file))).toEqual([]);
});

test('of many who find a dead holder one gets it', async () => {
  const file = await lockFile({ pid: 999_999_999 });
  const found = await Promise.all(Array.from({ length: 12 }, () => tryLock(file)));
  expect(found.filter((lock) => lock !== 'held')).toHaveLength(1);
  expect((await readdir(path.dirname(file))).filter((name) => name !== 'a.lock')).toEqual([]);
});

test('whether a process of another machine lives cannot be told, so nobody waits for it', async () => {
  const file = await lockFile({ host: 'elsewhere' });
  expect(await waitForLock(file, { clock, signal })).toBeUndefined();
});

test("a lock file that a power cut emptied is nobody's", async () => {
  for (const content of ['', '{"host":']) {
    const file = await lockFile();
    await writeFile(file, content);
    const found = await Promise.all(Array.from({ length: 5 }, () => tryLock(file)));
    expect(found.filter((lock) => lock !== 'held')).toHaveLength(1);
  }
});

test('who waits stops with the reason when told to', async () => {
  const file = await lockFile();
  await tryLock(file);
  const stop = new AbortController();
  const waiting = waitForLock(file, { clock, signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
