import { RRuleTemporal } from 'rrule-temporal';
import { ParameterError } from '../../core/errors.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { Calculator } from './calculator.ts';
import { assertTimeZone, zonedIso } from './time-zone.ts';

type RuleSchedule = Extract<Schedule, { kind: 'rrule' }>;

/**
 * A recurrence rule of RFC 5545: a time that a clock change skips is not due (section 3.3.10).
 * @throws ParameterError when it is no rule, or none that is ever due.
 */
export function openRule({ rule, start, timeZone }: RuleSchedule): Calculator {
  assertTimeZone(timeZone);
  const text = rule.trim().replace(/^RRULE:/iu, '');
  if (/DTSTART/iu.test(text)) {
    throw new ParameterError(`The rule "${rule}" holds DTSTART. Give the start beside it: start: 2026-01-31T02:30`);
  }
  assertParts(rule, text);
  const begins = zonedIso(start, timeZone).slice(0, 19).replaceAll(/[-:]/gu, '');
  const open = (): RRuleTemporal => {
    try {
      return new RRuleTemporal({ rruleString: `DTSTART;TZID=${timeZone}:${begins}\nRRULE:${text}`, strict: true });
    } catch (error) {
      throw misfit(rule, error);
    }
  };
  const recurrence = open();
  const after = (time: number): number | undefined => {
    try {
      return recurrence.next(new Date(time))?.epochMilliseconds;
    } catch (error) {
      throw misfit(rule, error);
    }
  };
  if (after(start - 1) === undefined) throw new ParameterError(`The rule "${rule}" is never due.`);
  return { after };
}

/** What the parser passes over: numbers that no calendar has would let the rule mean something else. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  BYSECOND: [0, 59],
  BYMINUTE: [0, 59],
  BYHOUR: [0, 23],
  BYMONTHDAY: [1, 31],
  BYYEARDAY: [1, 366],
  BYWEEKNO: [1, 53],
  BYMONTH: [1, 12],
  BYSETPOS: [1, 366],
  INTERVAL: [1, 1_000_000],
};

function assertParts(rule: string, text: string): void {
  for (const part of text.split(';')) {
    const [name = '', values = ''] = part.toUpperCase().split('=');
    const range = RANGES[name];
    if (range === undefined) continue;
    const [least, most] = range;
    for (const value of values.split(',')) {
      const number = Math.abs(Number(value));
      const fits = /^[+-]?\d+$/u.test(value) && number >= least && number <= most;
      if (!fits) throw misfit(rule, new Error(`${name} is ${value}, expected ${least} to ${most}`));
    }
  }
}

function misfit(rule: string, error: unknown): ParameterError {
  const why = error instanceof Error ? error.message : String(error);
  return new ParameterError(
    `The rule "${rule}" does not fit: ${why}. Expected RFC 5545, e.g. FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30`,
    { cause: error },
  );
}
