import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { EnvironmentError } from '../../../src/core/errors.ts';
import { keepTrying, Trouble } from '../../../src/storage/keep-trying.ts';

const busy = new EnvironmentError('It is busy.');

async function tried(outcomes: readonly (Trouble | string)[], signal = new AbortController().signal) {
  const waits: number[] = [];
  const told: string[] = [];
  const clock = { ...systemClock, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
  let turn = 0;
  const result = await keepTrying(() => Promise.resolve(outcomes[turn++] ?? new Trouble(busy)), {
    ...{ tries: 4, clock, signal },
    onTrouble: ({ message }) => told.push(message),
  }).catch((error: unknown) => error);
  return { result, waits, told, turns: turn };
}

test('waits longer from one try to the next, and gives up with the last error', async () => {
  const { result, waits, told, turns } = await tried([]);
  expect({ result, told, turns }).toEqual({
    result: busy,
    told: ['It is busy.', 'It is busy.', 'It is busy.'],
    turns: 4,
  });
  for (const [index, ms] of waits.entries()) {
    expect(ms).toBeGreaterThanOrEqual(350 * 2 ** index);
    expect(ms).toBeLessThanOrEqual(650 * 2 ** index);
  }
});

test('waits as long as it is asked to, but not for more than ten minutes', async () => {
  const asked = await tried([new Trouble(busy, { waitMs: 7_000 }), new Trouble(busy, { waitMs: 0 }), 'done']);
  expect(asked).toMatchObject({ result: 'done', waits: [7_000, 0] });
  const { result, waits } = await tried([new Trouble(busy, { waitMs: 11 * 60_000 })]);
  expect(waits).toEqual([]);
  expect(result).toMatchObject({ message: 'It is busy. It asks to wait 11 minutes. Try again then.' });
});

test('tries that came further are not counted', async () => {
  const further = new Trouble(busy, { waitMs: 0, cameFurther: true });
  expect(await tried([...Array<Trouble>(9).fill(further), 'done'])).toMatchObject({ result: 'done' });
});

test('what is no trouble ends it, as does the signal', async () => {
  const thrown = keepTrying(() => Promise.reject(new Error('ours')), {
    ...{ tries: 4, clock: systemClock, signal: new AbortController().signal },
  });
  await expect(thrown).rejects.toThrow('ours');
  expect(await tried([], AbortSignal.abort(new Error('enough')))).toMatchObject({
    result: { message: 'enough' },
    turns: 0,
  });
});
