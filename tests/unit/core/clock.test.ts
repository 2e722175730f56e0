import { expect, test } from '@jest/globals';
import { DAY_MS, systemClock } from '../../../src/core/clock.ts';

test('a sleep longer than a timer of Node can be does not end at once', async () => {
  const ended = new AbortController();
  const sleep = systemClock.sleep(60 * DAY_MS, ended.signal).then(
    () => 'slept',
    () => 'woken',
  );
  await systemClock.sleep(30);
  ended.abort(new Error('enough'));
  expect(await sleep).toBe('woken');
});

test('a sleep of no time ends', async () => {
  await systemClock.sleep(0);
  await systemClock.sleep(-1);
});
