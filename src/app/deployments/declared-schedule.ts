import type { Schedule } from '../../core/schedule.ts';
import { parseDuration } from '../../scheduling/schedules/duration.ts';
import { openSchedule } from '../../scheduling/schedules/open-schedule.ts';
import { parseTime } from '../../scheduling/schedules/parse-schedule.ts';
import { assertTimeZone, localTime, localTimeZone } from '../../scheduling/schedules/time-zone.ts';
import type { DeclaredSchedule } from './deployment-file.ts';

/**
 * The schedule that a file declares. Without a time zone it is that of this machine, by name: it stays so on another one.
 * @throws ParameterError when something in it cannot be meant.
 */
export async function declaredSchedule(declared: DeclaredSchedule): Promise<Schedule> {
  const { timezone: timeZone = localTimeZone() } = declared;
  assertTimeZone(timeZone);
  const schedule = read(declared, timeZone);
  await openSchedule(schedule);
  return schedule;
}

function read({ cron, interval, rrule, at, dayOr = true, anchor }: DeclaredSchedule, timeZone: string): Schedule {
  if (at !== undefined) return { kind: 'once', at: parseTime(at, timeZone), timeZone };
  if (cron !== undefined) return { kind: 'cron', expression: cron.trim(), timeZone, dayOr };
  const start = anchor === undefined ? localTime(0, timeZone) : parseTime(anchor, timeZone);
  if (interval !== undefined) return { kind: 'interval', everyMs: parseDuration(interval), anchor: start, timeZone };
  return { kind: 'rrule', rule: (rrule ?? '').trim(), start, timeZone };
}
