import prettyMilliseconds from 'pretty-ms';

/** A duration as people read it: `4 ms`, `3.2s`, `1m 20s`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  return prettyMilliseconds(
    ms,
    ms < MINUTE_MS ? { secondsDecimalDigits: 1 } : { secondsDecimalDigits: 0, unitCount: 2 },
  );
}

/** How long ago, for lists: `12s ago`, `3d ago`. */
export function agoText(at: number, now: number): string {
  const ms = Math.max(now - at, 0);
  return ms < 1_000 ? 'now' : `${prettyMilliseconds(ms, { compact: true })} ago`;
}

/** How long until then: `2h 5m`; `now` when it is past. */
export function inText(at: number, now: number): string {
  return at <= now ? 'now' : prettyMilliseconds(at - now, { unitCount: 2, secondsDecimalDigits: 0 });
}

/** ISO 8601 with an offset as people read it: `2026-03-08 03:00:00 -04:00`, without the milliseconds. */
export function shortLocalTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} ${iso.slice(23)}`.trimEnd();
}

/** ISO 8601 in UTC, or null. */
export function isoTime(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

const MINUTE_MS = 60_000;
