import { UsageError } from '../core/errors.ts';

/**
 * A count given as text.
 * @throws UsageError when it is not a whole number above zero.
 */
export function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${option} ${text} is not a whole number above 0.`);
  return Number(text);
}
