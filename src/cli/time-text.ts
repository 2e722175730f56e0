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

/** ISO 8601 in UTC, or null. */
export function isoTime(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

const MINUTE_MS = 60_000;
