import { openCron } from './cron.ts';
import { openInterval } from './interval.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { Calculator } from './calculator.ts';

/**
 * Opens the calculator of a schedule.
 * @throws ParameterError when there is something in it that cannot be meant, with its place in a cron expression.
 */
export async function openSchedule(schedule: Schedule): Promise<Calculator> {
  switch (schedule.kind) {
    case 'cron':
      return openCron(schedule);
    case 'interval':
      return openInterval(schedule);
    case 'rrule': {
      const { openRule } = await import('./rule.ts');
      return openRule(schedule);
    }
    case 'once':
      return { after: (time) => (time < schedule.at ? schedule.at : undefined) };
  }
}

/** The next `count` times later than `time`, fewer when there are no more. */
export function nextTimes(calculator: Calculator, time: number, count: number): number[] {
  const times: number[] = [];
  while (times.length < count) {
    const next = calculator.after(times.at(-1) ?? time);
    if (next === undefined) break;
    times.push(next);
  }
  return times;
}
