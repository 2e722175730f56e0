import { closestName } from '../../core/closest-name.ts';
import { DAY_MS, MINUTE_MS } from '../../core/clock.ts';
import { ParameterError } from '../../core/errors.ts';

/** @throws ParameterError when there is no such time zone, with the one that was probably meant. */
export function assertTimeZone(timeZone: string): void {
  if (isTimeZone(timeZone)) return;
  const closest = closestName(timeZone, Intl.supportedValuesOf('timeZone'));
  const hint =
    closest === undefined ? 'Expected an IANA name like Europe/Vienna or UTC.' : `Did you mean "${closest}"?`;
  throw new ParameterError(`There is no time zone "${timeZone}". ${hint}`);
}

/** The zone this machine is set to. */
export function localTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * When the wall clock of a zone shows what `shown` is in UTC; the first time of two, and as far past it as a skipped one is
 * into the gap.
 */
export function localTime(shown: number, timeZone: string): number {
  const before = shown - offsetMs(shown - DAY_MS, timeZone);
  const after = shown - offsetMs(shown + DAY_MS, timeZone);
  const fits = [before, after].filter((time) => time + offsetMs(time, timeZone) === shown);
  return fits.length === 0 ? before : Math.min(...fits);
}

/** A time as the wall clock of a zone shows it: `2026-03-08T03:00:00.000-04:00`. */
export function zonedIso(time: number, timeZone: string): string {
  const offset = Math.round(offsetMs(time, timeZone) / MINUTE_MS);
  const local = new Date(time + offset * MINUTE_MS).toISOString().replace('Z', '');
  const minutes = Math.abs(offset);
  const sign = offset < 0 ? '-' : '+';
  return `${local}${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** The wall clock's date and time as if they were UTC, minus the time. */
export function offsetMs(time: number, timeZone: string): number {
  const parts = Object.fromEntries(
    wallClock(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second } = parts as Record<
    'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
    number
  >;
  const shown = new Date(0);
  shown.setUTCFullYear(year, month - 1, day);
  shown.setUTCHours(hour, minute, second, 0);
  return shown.getTime() - Math.floor(time / 1_000) * 1_000;
}

function wallClock(timeZone: string): Intl.DateTimeFormat {
  const number = '2-digit' as const;
  const fields = { year: 'numeric', month: number, day: number, hour: number, minute: number, second: number } as const;
  return new Intl.DateTimeFormat('en-US', { ...fields, timeZone, calendar: 'gregory', hourCycle: 'h23' });
}

function isTimeZone(timeZone: string): boolean {
  try {
    wallClock(timeZone);
    return true;
  } catch {
    return false;
  }
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
