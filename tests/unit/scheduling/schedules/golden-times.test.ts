import { expect, test } from '@jest/globals';
import { DAY_MS, MINUTE_MS } from '../../../../src/core/clock.ts';
import { nextTimes, openSchedule } from '../../../../src/scheduling/schedules/open-schedule.ts';
import { zonedIso } from '../../../../src/scheduling/schedules/time-zone.ts';
import type { Schedule } from '../../../../src/core/schedule.ts';

/** Clock changes of six zones, worked out by hand from the time zone database: what is due, as the wall clock shows it. */
const CRON: readonly (readonly [zone: string, expression: string, from: string, times: readonly string[]])[] = [
  // New York: 8 March 2026 has no 02:00 to 03:00; 1 November has 01:00 to 02:00 twice.
  ['America/New_York', '30 2 * * *', '2026-03-07T12:00Z', ['03-08 03:00 -04:00', '03-09 02:30 -04:00']],
  ['America/New_York', '0 9 * * *', '2026-03-07T15:00Z', ['03-08 09:00 -04:00', '03-09 09:00 -04:00']],
  ['America/New_York', '30 1 * * *', '2026-10-31T12:00Z', ['11-01 01:30 -04:00', '11-02 01:30 -05:00']],
  [
    'America/New_York',
    '0 * * * *',
    '2026-11-01T04:30Z',
    ['11-01 01:00 -04:00', '11-01 01:00 -05:00', '11-01 02:00 -05:00'],
  ],
  ['America/New_York', '0 * * * *', '2026-03-08T05:30Z', ['03-08 01:00 -05:00', '03-08 03:00 -04:00']],
  [
    'America/New_York',
    '*/30 * * * *',
    '2026-11-01T05:10Z',
    ['11-01 01:30 -04:00', '11-01 01:00 -05:00', '11-01 01:30 -05:00', '11-01 02:00 -05:00'],
  ],
  // Vienna: 29 March 2026 has no 02:00 to 03:00; 25 October has it twice.
  ['Europe/Vienna', '30 2 * * *', '2026-03-28T12:00Z', ['03-29 03:00 +02:00', '03-30 02:30 +02:00']],
  ['Europe/Vienna', '30 2 * * *', '2026-10-24T12:00Z', ['10-25 02:30 +02:00', '10-26 02:30 +01:00']],
  [
    'Europe/Vienna',
    '*/15 2 * * *',
    '2026-10-24T12:00Z',
    ['10-25 02:00 +02:00', '10-25 02:15 +02:00', '10-25 02:30 +02:00', '10-25 02:45 +02:00'],
  ],
  ['Europe/Vienna', '50 11 * * *', '2026-10-24T12:00Z', ['10-25 11:50 +01:00', '10-26 11:50 +01:00']],
  // Lord Howe moves by half an hour: 4 October 2026 has no 02:00 to 02:30; 5 April has 01:30 to 02:00 twice.
  ['Australia/Lord_Howe', '15 2 * * *', '2026-10-02T20:00Z', ['10-04 02:30 +11:00', '10-05 02:15 +11:00']],
  ['Australia/Lord_Howe', '45 1 * * *', '2026-04-03T20:00Z', ['04-05 01:45 +11:00', '04-06 01:45 +10:30']],
  // Beirut: 29 March 2026 begins at 01:00; 25 October has 23:00 to 24:00 of the day before twice.
  ['Asia/Beirut', '0 0 * * *', '2026-03-28T12:00Z', ['03-29 01:00 +03:00', '03-30 00:00 +03:00']],
  ['Asia/Beirut', '30 23 * * *', '2026-10-24T12:00Z', ['10-24 23:30 +03:00', '10-25 23:30 +02:00']],
  // São Paulo: 4 November 2018 began at 01:00; since 2019 its clocks are left alone.
  ['America/Sao_Paulo', '0 0 * * *', '2018-11-03T12:00Z', ['11-04 01:00 -02:00', '11-05 00:00 -02:00']],
  ['America/Sao_Paulo', '30 2 * * *', '2026-11-01T12:00Z', ['11-02 02:30 -03:00', '11-03 02:30 -03:00']],
  ['UTC', '30 2 * * *', '2026-03-28T12:00Z', ['03-29 02:30 +00:00', '03-30 02:30 +00:00']],
  ['UTC', '0 0 29 2 *', '2026-01-01T00:00Z', ['2028-02-29 00:00 +00:00', '2032-02-29 00:00 +00:00']],
  ['UTC', '0 0 31 * *', '2026-01-31T12:00Z', ['03-31 00:00 +00:00', '05-31 00:00 +00:00']],
  ['UTC', '0 0 L * *', '2028-02-01T12:00Z', ['2028-02-29 00:00 +00:00', '2028-03-31 00:00 +00:00']],
  ['UTC', '@monthly', '2026-01-31T12:00Z', ['02-01 00:00 +00:00', '03-01 00:00 +00:00']],
  ['UTC', '0 0 2 * * *', '2026-03-28T12:00Z', ['03-29 02:00 +00:00', '03-30 02:00 +00:00']],
];

test.each(CRON)('%s: "%s" after %s', async (timeZone, expression, from, times) => {
  const schedule = { kind: 'cron', expression, timeZone, dayOr: true } as const;
  expect(await shown(schedule, from, times.length)).toEqual(times.map(withYear(from)));
});

test('either day fits, as in cron, or both where that is asked for', async () => {
  const schedule = { kind: 'cron', expression: '0 0 13 * 5', timeZone: 'UTC' } as const;
  expect(await shown({ ...schedule, dayOr: true }, '2026-11-01T00:00Z', 3)).toEqual(
    ['11-06', '11-13', '11-20'].map((day) => `2026-${day} 00:00 +00:00`),
  );
  expect(await shown({ ...schedule, dayOr: false }, '2026-11-01T00:00Z', 2)).toEqual([
    '2026-11-13 00:00 +00:00',
    '2027-08-13 00:00 +00:00',
  ]);
});

test('an interval of days keeps its wall-clock time through clock changes, one of hours its length', async () => {
  const anchor = Date.parse('2026-03-01T07:30Z');
  const interval = { kind: 'interval', anchor, timeZone: 'America/New_York' } as const;
  expect(await shown({ ...interval, everyMs: DAY_MS }, '2026-03-06T12:00Z', 3)).toEqual([
    '2026-03-07 02:30 -05:00',
    '2026-03-08 03:00 -04:00',
    '2026-03-09 02:30 -04:00',
  ]);
  expect(await shown({ ...interval, everyMs: 10 * DAY_MS }, '2026-02-01T12:00Z', 3)).toEqual([
    '2026-03-01 02:30 -05:00',
    '2026-03-11 02:30 -04:00',
    '2026-03-21 02:30 -04:00',
  ]);
  expect(await shown({ ...interval, everyMs: DAY_MS / 2 }, '2026-03-07T12:00Z', 2)).toEqual([
    '2026-03-07 14:30 -05:00',
    '2026-03-08 03:30 -04:00',
  ]);
});

test('a recurrence rule leaves out a time that a clock change skips, as RFC 5545 wants', async () => {
  const start = Date.parse('2026-03-01T07:30Z');
  const rule = { kind: 'rrule', start, timeZone: 'America/New_York' } as const;
  expect(await shown({ ...rule, rule: 'FREQ=DAILY' }, '2026-03-06T12:00Z', 2)).toEqual([
    '2026-03-07 02:30 -05:00',
    '2026-03-09 02:30 -04:00',
  ]);
  expect(await shown({ ...rule, rule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2' }, '2026-03-06T12:00Z', 5)).toEqual([
    '2026-03-31 02:30 -04:00',
    '2026-04-30 02:30 -04:00',
  ]);
});

test('one time is due once', async () => {
  const at = Date.parse('2026-03-08T12:00Z');
  const schedule = { kind: 'once', at, timeZone: 'UTC' } as const;
  expect(await shown(schedule, '2026-03-01T00:00Z', 5)).toEqual(['2026-03-08 12:00 +00:00']);
  expect(await shown(schedule, '2026-03-08T12:00Z', 5)).toEqual([]);
});

test.each([
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Europe/Vienna', '2026-03-29'],
  ['Europe/Vienna', '2026-10-25'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Asia/Beirut', '2026-03-29'],
  ['Asia/Beirut', '2026-10-25'],
])('a pattern with every hour is due whenever the wall clock of %s shows it, around %s', async (timeZone, day) => {
  const calculator = await openSchedule({ kind: 'cron', expression: '7,37 * * * *', timeZone, dayOr: true });
  const minutes = new Intl.DateTimeFormat('en-US', { timeZone, minute: 'numeric' });
  const from = Date.parse(`${day}T00:00Z`) - 2 * DAY_MS;
  const everyMinute = Array.from({ length: (4 * DAY_MS) / MINUTE_MS }, (_, at) => from + (at + 1) * MINUTE_MS);
  const expected = everyMinute.filter((time) => [7, 37].includes(Number(minutes.format(time))));
  expect(expected).toHaveLength(4 * 24 * 2);
  expect(nextTimes(calculator, from, expected.length)).toEqual(expected);
});

async function shown(schedule: Schedule, from: string, count: number): Promise<string[]> {
  const times = nextTimes(await openSchedule(schedule), Date.parse(from), count);
  return times.map((time) => zonedIso(time, schedule.timeZone).replace(/T(\d\d:\d\d):00\.000/u, ' $1 '));
}

function withYear(from: string): (time: string) => string {
  return (time) => (/^\d{4}/u.test(time) ? time : `${from.slice(0, 4)}-${time}`);
}
