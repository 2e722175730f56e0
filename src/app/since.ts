import ms from 'ms';
import type { StringValue } from 'ms';
import { UsageError } from '../core/errors.ts';

/**
 * The time that an option like `--since` means: a duration before now (`2h`, `30m`, `7d`) or a date (ISO 8601).
 * @returns milliseconds UTC.
 * @throws UsageError when it is neither.
 */
export function sinceTime(text: string, now: number, option = '--since'): number {
  const duration = /^\d/.test(text) && /[a-z]$/i.test(text) && !text.includes(':') ? durationMs(text) : undefined;
  if (duration !== undefined) return now - duration;
  const date = Date.parse(text);
  if (Number.isNaN(date)) {
    throw new UsageError(`${option} ${text} is neither a duration like 30m, 2h, 7d nor a date like 2026-01-31.`);
  }
  return date;
}

function durationMs(text: string): number | undefined {
  const parsed: unknown = ms(text as StringValue);
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}
