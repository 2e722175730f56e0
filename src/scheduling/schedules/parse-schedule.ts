import { ParameterError } from '../../core/errors.ts';
import { parseDuration } from './duration.ts';
import type { Schedule } from '../../core/schedule.ts';
import { localTime } from './time-zone.ts';

/**
 * A schedule as people type it: a cron expression (`30 2 * * *`, `@daily`), an interval (`every 6h`), a rule (`FREQ=DAILY`), or
 * a time (`2026-01-31T02:30`).
 * @param anchor Where intervals and rules begin; what is given without one begins at midnight of 1 January 1970.
 * @throws ParameterError when it is an interval or a time that cannot be read. Cron expressions and rules are read by `openSchedule`.
 */
export function parseSchedule(text: string, timeZone: string, anchor = 0): Schedule {
  const every = /^every\s+(.+)$/iu.exec(text.trim())?.[1];
  if (every !== undefined) return { kind: 'interval', everyMs: parseDuration(every), anchor, timeZone };
  if (/^P(T?\d)/iu.test(text.trim())) return { kind: 'interval', everyMs: parseDuration(text), anchor, timeZone };
  if (/^(RRULE:|FREQ=)|;FREQ=/iu.test(text.trim())) return { kind: 'rrule', rule: text, start: anchor, timeZone };
  if (/^\d{4}-\d\d/u.test(text.trim())) return { kind: 'once', at: parseTime(text, timeZone), timeZone };
  return { kind: 'cron', expression: text.trim(), timeZone, dayOr: true };
}

/**
 * A time as ISO 8601, in milliseconds UTC; without an offset it is the wall clock's of the zone.
 * @throws ParameterError when it is none.
 */
export function parseTime(text: string, timeZone: string): number {
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?)?(Z|[+-]\d\d:\d\d)?$/iu.exec(text.trim());
  const [, day, minute = '00:00', second = ':00', offset] = found ?? [];
  const time = Date.parse(`${day}T${minute}${second}${offset ?? 'Z'}`);
  // JavaScript takes 31 February for 3 March.
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time) || Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) {
    throw new ParameterError(`"${text}" is no time. Expected ISO 8601, e.g. 2026-01-31T02:30 or 2026-01-31T02:30:00Z.`);
  }
  return offset === undefined ? localTime(time, timeZone) : time;
}
