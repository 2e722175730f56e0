import prettyMilliseconds from 'pretty-ms';
import type { Trigger } from '../../core/deployment.ts';
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

/** A trigger in a few words: `100 new samples of folder:incoming`. */
export function triggerText(trigger: Trigger): string {
  const { cooldownMs } = trigger;
  return cooldownMs === 0
    ? whatFires(trigger)
    : `${whatFires(trigger)}, at most every ${prettyMilliseconds(cooldownMs)}`;
}

function whatFires(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'new-data':
      return `${trigger.atLeast} new samples of ${trigger.source}`;
    case 'metric': {
      const points = trigger.points === 1 ? '' : `, ${trigger.points} times in a row`;
      return `${trigger.metric} of ${trigger.experiment} ${trigger.direction} ${trigger.threshold}${points}`;
    }
    case 'flow-completed':
      return `after ${trigger.flow} completed`;
    case 'flow-failed':
      return `after ${trigger.flow} failed`;
  }
}
