import ms from 'ms';
import type { StringValue } from 'ms';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts';
import { ParameterError } from '../../core/errors.ts';

/**
 * A duration given as text, `90s`, `6h`, `2 days`, or as ISO 8601 without months and years, `PT6H`, `P1D`; in milliseconds.
 * @throws ParameterError when it is none.
 */
export function parseDuration(text: string): number {
  const found = isoMs(text) ?? unitMs(text);
  if (found !== undefined && Number.isSafeInteger(found) && found > 0) return found;
  const unit = /^\s*[\d.]+\s*$/u.test(text) ? ' It has no unit.' : '';
  throw new ParameterError(`"${text}" is no duration.${unit} Expected one like 90s, 30m, 6h, 1d, or PT6H.`);
}

const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/u;

function isoMs(text: string): number | undefined {
  const found = ISO.exec(text.trim().toUpperCase());
  if (found === null) return undefined;
  const units = [7 * DAY_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS];
  return units.reduce((sum, unit, at) => sum + unit * Number(found[at + 1] ?? 0), 0);
}

function unitMs(text: string): number | undefined {
  if (!/^\s*[\d.]+\s*[a-z]+\s*$/iu.test(text)) return undefined;
  const parsed: unknown = ms(text.trim() as StringValue);
  return typeof parsed === 'number' ? parsed : undefined;
}
