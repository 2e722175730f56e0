import prettyMilliseconds from 'pretty-ms';
import type { Schedule } from '../../core/schedule.ts';
import { zonedIso } from '../../scheduling/schedules/time-zone.ts';

/** A schedule in a few words: `30 2 * * * Europe/Vienna`. */
export function scheduleText(schedule: Schedule): string {
  const { timeZone } = schedule;
  switch (schedule.kind) {
    case 'cron':
      return `${schedule.expression} ${timeZone}`;
    case 'interval':
      return `every ${prettyMilliseconds(schedule.everyMs)} ${timeZone}`;
    case 'rrule':
      return `${schedule.rule} ${timeZone}`;
    case 'once':
      return `once at ${zonedIso(schedule.at, timeZone)}`;
  }
}
