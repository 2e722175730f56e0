import { expect, test } from '@jest/globals';
import { keepPace } from '../../../src/core/pace.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const { signal } = new AbortController();

test('a burst begins at once, the rest by the pace, and what was not used does not add up', async () => {
  const clock = new ManualClock(0);
  const mayBegin = keepPace(clock, { perSecond: 4, burst: 2 });
  const began: number[] = [];
  const begin = async () => {
    await mayBegin(signal);
    began.push(clock.now());
  };
  const all = Array.from({ length: 5 }, begin);
  for (let step = 0; step < 20; step += 1) {
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(50);
  }
  await Promise.all(all);
  expect(began).toEqual([0, 0, 250, 500, 750]);

  clock.advance(60_000);
  const later = Array.from({ length: 3 }, begin);
  for (let step = 0; step < 10; step += 1) {
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(50);
  }
  await Promise.all(later);
  expect(began.slice(5).map((at) => at - began[5]!)).toEqual([0, 0, 250]);
});

test('who waits stops with the reason when told to', async () => {
  const clock = new ManualClock(0);
  const mayBegin = keepPace(clock, { perSecond: 1, burst: 1 });
  await mayBegin(signal);
  const stop = new AbortController();
  const waiting = mayBegin(stop.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
