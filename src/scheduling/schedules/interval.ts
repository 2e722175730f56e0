import { Cron } from 'croner';
import { DAY_MS, SECOND_MS } from '../../core/clock.ts';
import { ParameterError } from '../../core/errors.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { Calculator } from './calculator.ts';
import { assertTimeZone, offsetMs } from './time-zone.ts';

type IntervalSchedule = Extract<Schedule, { kind: 'interval' }>;

/**
 * Anchor plus a multiple of the interval. Of whole days it is days of the calendar that are counted, so that nine o'clock stays
 * nine o'clock through clock changes; of anything else it is elapsed time.
 * @throws ParameterError for less than a second.
 */
export function openInterval(schedule: IntervalSchedule): Calculator {
  assertTimeZone(schedule.timeZone);
  const { everyMs, anchor } = schedule;
  if (!Number.isSafeInteger(everyMs) || everyMs < SECOND_MS) {
    throw new ParameterError(`An interval has at least one second; received ${everyMs} ms.`);
  }
  if (everyMs % DAY_MS === 0) return calendarDays(schedule);
  return {
    after: (time) => anchor + Math.max(0, Math.floor((time - anchor) / everyMs) + 1) * everyMs,
  };
}

/** Every day at the anchor's wall-clock time, of which every n-th is taken: cron knows what to do on days without that time. */
function calendarDays({ everyMs, anchor, timeZone }: IntervalSchedule): Calculator {
  const shown = new Date(anchor + offsetMs(anchor, timeZone));
  const days = everyMs / DAY_MS;
  const first = dayNumber(anchor, timeZone);
  const fields = [shown.getUTCSeconds(), shown.getUTCMinutes(), shown.getUTCHours(), '*', '*', '*'];
  const daily = new Cron(fields.join(' '), { timezone: timeZone, paused: true });
  return {
    after: (time) => {
      // The clock's own milliseconds are none of cron's.
      let next = daily.nextRun(new Date(Math.max(time, anchor - 1)))?.getTime();
      while (next !== undefined) {
        const passed = (dayNumber(next, timeZone) - first) % days;
        if (passed === 0) return next;
        // Two days short of it: a day has 23 to 25 hours, and what is due is a whole day at least after that.
        const skipped = Math.max(0, days - passed - 2) * DAY_MS;
        next = daily.nextRun(new Date(next + skipped))?.getTime();
      }
      return undefined;
    },
  };
}

/** Days of the zone's calendar since 1970. */
function dayNumber(time: number, timeZone: string): number {
  return Math.floor((time + offsetMs(time, timeZone)) / DAY_MS);
}
