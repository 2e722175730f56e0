/**
 * How long a `Retry-After` header asks to wait, in milliseconds (RFC 9110, section 10.2.3; fractions of seconds are sent too).
 * What is past or negative is 0; undefined when there is none or it says nothing.
 */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^[+-]?\d+(?:\.\d+)?$/u.test(text)) return Math.max(0, Math.round(Number(text) * 1_000));
  const at = /[a-z]/iu.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
