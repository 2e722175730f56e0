import { expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../src/core/clock.ts';
import type { CatchUp } from '../../../../src/core/schedule.ts';
import { dueTimes } from '../../../../src/scheduling/schedules/due-times.ts';
import { openSchedule } from '../../../../src/scheduling/schedules/open-schedule.ts';
import type { Calculator } from '../../../../src/scheduling/schedules/calculator.ts';

const START = Date.parse('2026-03-01T00:00Z');
const hourly: Calculator = { after: (time) => (Math.floor(time / HOUR_MS) + 1) * HOUR_MS };
const at = (hours: number): number => START + hours * HOUR_MS;

function due(options: { from: number; now: number; catchUp: CatchUp; maxLatenessMs?: number }, calculator = hourly) {
  return dueTimes(calculator, { maxLatenessMs: 365 * DAY_MS, ...options });
}

test.each(['all', 'latest', 'none'] as const)('what is on time is due once, with catch-up %s', (catchUp) => {
  expect(due({ from: at(1), now: at(1) - 1, catchUp })).toEqual({ due: [], next: at(1) });
  expect(due({ from: at(1), now: at(1), catchUp })).toEqual({ due: [at(1)], next: at(2) });
  expect(due({ from: at(1), now: at(1) + MINUTE_MS, catchUp })).toEqual({ due: [at(1)], next: at(2) });
  expect(due({ from: at(2), now: at(1) + MINUTE_MS, catchUp })).toEqual({ due: [], next: at(2) });
});

test('after five hours without a scheduler all times, the latest, or none are made up for', () => {
  const options = { from: at(1), now: at(5) + 30 * MINUTE_MS };
  expect(due({ ...options, catchUp: 'all' })).toEqual({ due: [at(1), at(2), at(3), at(4), at(5)], next: at(6) });
  expect(due({ ...options, catchUp: 'latest' })).toEqual({ due: [at(5)], next: at(6) });
  expect(due({ ...options, catchUp: 'none' })).toEqual({ due: [], next: at(6) });
});

test('what is later than the maximum is not made up for', () => {
  const options = { from: at(1), now: at(5) + 30 * MINUTE_MS, maxLatenessMs: 2 * HOUR_MS };
  expect(due({ ...options, catchUp: 'all' }).due).toEqual([at(4), at(5)]);
  expect(due({ ...options, catchUp: 'latest', maxLatenessMs: 10 * MINUTE_MS })).toEqual({ due: [], next: at(6) });
});

test('a clock that goes back gives out no time twice, one that goes forward loses none with catch-up all', () => {
  const clock = [at(1), at(3), at(1) + 5, at(2), at(4), at(9), at(9)];
  const given: number[] = [];
  let from: number | undefined = at(1);
  for (const now of clock) {
    const found = due({ from: from!, now, catchUp: 'all' });
    given.push(...found.due);
    from = found.next;
  }
  expect(given).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map(at));
});

test('a month of a schedule by the second is caught up with a thousand at a time, and its latest is found at once', async () => {
  const calculator = await openSchedule({ kind: 'cron', expression: '* * * * * *', timeZone: 'UTC', dayOr: true });
  const options = { from: START, now: START + 30 * DAY_MS };
  const first = due({ ...options, catchUp: 'all' }, calculator);
  expect(first.due).toHaveLength(1_000);
  expect(first.next).toBe(START + 1_000_000);
  expect(due({ ...options, catchUp: 'latest' }, calculator).due).toHaveLength(61);
});

test('a schedule whose last time is past is not looked at again', async () => {
  const calculator = await openSchedule({ kind: 'once', at: START, timeZone: 'UTC' });
  expect(due({ from: START, now: at(5), catchUp: 'latest' }, calculator)).toEqual({ due: [START], next: undefined });
});
