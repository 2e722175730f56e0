import { expect, test } from '@jest/globals';
import { ParameterError } from '../../../../src/core/errors.ts';
import { openSchedule } from '../../../../src/scheduling/schedules/open-schedule.ts';
import { parseDuration } from '../../../../src/scheduling/schedules/duration.ts';
import { parseSchedule, parseTime } from '../../../../src/scheduling/schedules/parse-schedule.ts';

test.each([
  ['30 2 * * *', { kind: 'cron', expression: '30 2 * * *', dayOr: true }],
  ['@daily', { kind: 'cron', expression: '@daily', dayOr: true }],
  ['every 6h', { kind: 'interval', everyMs: 21_600_000, anchor: 7 }],
  ['PT90M', { kind: 'interval', everyMs: 5_400_000, anchor: 7 }],
  ['RRULE:FREQ=DAILY', { kind: 'rrule', rule: 'RRULE:FREQ=DAILY', start: 7 }],
  ['INTERVAL=2;FREQ=DAILY', { kind: 'rrule', rule: 'INTERVAL=2;FREQ=DAILY', start: 7 }],
  ['2026-01-31T02:30', { kind: 'once', at: Date.parse('2026-01-31T01:30Z') }],
])('"%s" is read as what it is', (text, expected) => {
  expect(parseSchedule(text, 'Europe/Vienna', 7)).toEqual({ ...expected, timeZone: 'Europe/Vienna' });
});

test.each([
  ['61 * * * *', /"61" at character 1 is no minute; expected 0-59/],
  ['0 25 * * *', /"25" at character 3 is no hour; expected 0-23/],
  ['0 0 1 FEBR *', /"FEBR" at character 7 is no month; expected 1-12/],
  ['0 0 * * MON-', /"MON-" at character 9 is no day of the week/],
  ['60 0 0 * * *', /"60" at character 1 is no second/],
  ['* * * *', /it has 4 fields; expected five/],
  ['', /it has 0 fields/],
  ['@dayly', /expected @yearly, @monthly, @weekly, @daily or @hourly/],
  ['@reboot', /@reboot is no time/],
  ['0 0 30 2 *', /"0 0 30 2 \*" is never due/],
  ['every 0h', /"0h" is no duration/],
  ['every 6', /"6" is no duration\. It has no unit/],
  ['every 500ms', /at least one second; received 500 ms/],
  ['FREQ=NOPE', /Invalid FREQ value: NOPE/],
  ['FREQ=DAILY;BYHOUR=25', /BYHOUR is 25, expected 0 to 23/],
  ['FREQ=DAILY;COUNT=0', /is never due/],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', /does not fit/],
  ['DTSTART:20260101T000000Z;FREQ=DAILY', /Give the start beside it/],
  ['2026-02-31T10:00', /"2026-02-31T10:00" is no time/],
  ['2026-01-01T25:00', /is no time/],
])('"%s" is refused with what is wrong in it', async (text, message) => {
  const opened = (async () => openSchedule(parseSchedule(text, 'UTC')))();
  await expect(opened).rejects.toThrow(message);
  await expect(opened).rejects.toBeInstanceOf(ParameterError);
});

test('a time zone that does not exist is refused with the one that was meant', async () => {
  const schedule = { kind: 'cron', expression: '0 0 * * *', dayOr: true } as const;
  await expect(openSchedule({ ...schedule, timeZone: 'Europe/Viena' })).rejects.toThrow(
    'Did you mean "Europe/Vienna"?',
  );
  await expect(openSchedule({ ...schedule, timeZone: 'Mars/Base' })).rejects.toThrow(/no time zone "Mars\/Base"/);
});

test.each([
  ['90s', 90_000],
  ['1.5h', 5_400_000],
  ['2 days', 172_800_000],
  ['P1W', 604_800_000],
  ['P1DT12H', 129_600_000],
])('%s is a duration', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each([
  ['2026-03-29T02:30', 'Europe/Vienna', '2026-03-29T01:30:00.000Z'],
  ['2026-10-25T02:30', 'Europe/Vienna', '2026-10-25T00:30:00.000Z'],
  ['2026-07-01', 'Asia/Kolkata', '2026-06-30T18:30:00.000Z'],
  ['2026-07-01T00:00:00Z', 'Asia/Kolkata', '2026-07-01T00:00:00.000Z'],
  ['2026-07-01 12:00:30.5+02:00', 'UTC', '2026-07-01T10:00:30.500Z'],
])('%s on the wall clock of %s', (text, timeZone, expected) => {
  expect(new Date(parseTime(text, timeZone)).toISOString()).toBe(expected);
});
