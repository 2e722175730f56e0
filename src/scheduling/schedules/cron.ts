import { Cron } from 'croner';
import { ParameterError } from '../../core/errors.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { Calculator } from './calculator.ts';
import { assertTimeZone } from './time-zone.ts';

type CronSchedule = Extract<Schedule, { kind: 'cron' }>;

/**
 * Cron as its users know it: a day counts when the day of the month or the day of the week fits; a fixed time that a clock
 * change skips is due right after it, one that comes twice is due once; `*` goes on through every hour there is.
 * @throws ParameterError naming the field and where it stands.
 */
export function openCron(schedule: CronSchedule): Calculator {
  assertTimeZone(schedule.timeZone);
  const cron = parse(schedule);
  const isPossible = cron.nextRun(new Date(0)) !== null;
  if (!isPossible) throw new ParameterError(`The cron expression "${schedule.expression}" is never due.`);
  return {
    after: (time) => cron.nextRun(new Date(time))?.getTime(),
  };
}

function parse({ expression, timeZone, dayOr }: CronSchedule): Cron {
  if (/^\s*@reboot\s*$/iu.test(expression)) {
    throw new ParameterError(
      '@reboot is no time. Expected five to seven fields, or @hourly, @daily, @weekly, @monthly.',
    );
  }
  try {
    return new Cron(expression, { timezone: timeZone, domAndDow: !dayOr, paused: true });
  } catch (error) {
    throw new ParameterError(`The cron expression "${expression}" does not fit: ${findProblem(expression)}`, {
      cause: error,
    });
  }
}

const FIELDS = ['second', 'minute', 'hour', 'day of the month', 'month', 'day of the week', 'year'] as const;
const RANGES = ['0-59', '0-59', '0-23', '1-31 or L', '1-12 or JAN-DEC', '0-7 or SUN-SAT', '1-9999'] as const;

/** The first field that does not fit when all others are `*`. */
function findProblem(expression: string): string {
  const fields = [...expression.matchAll(/\S+/gu)];
  if (expression.trim().startsWith('@')) {
    return 'expected @yearly, @monthly, @weekly, @daily or @hourly.';
  }
  if (fields.length < 5 || fields.length > 7) {
    return `it has ${fields.length} fields; expected five (minute, hour, day of the month, month, day of the week), with seconds before them six, with years behind them seven.`;
  }
  const first = fields.length === 5 ? 1 : 0;
  for (const [at, field] of fields.entries()) {
    const alone = fields.map(([text], other) => (other === at ? text : '*')).join(' ');
    if (!isCron(alone)) {
      const name = FIELDS[at + first]!;
      return `"${field[0]}" at character ${field.index + 1} is no ${name}; expected ${RANGES[at + first]!}, *, lists (1,2), ranges (1-5) and steps (*/5).`;
    }
  }
  return 'its fields do not fit together.';
}

function isCron(expression: string): boolean {
  try {
    return new Cron(expression, { paused: true }).getPattern() !== undefined;
  } catch {
    return false;
  }
}
