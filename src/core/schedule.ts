/**
 * When something is due. Times are milliseconds UTC; `timeZone` is an IANA name.
 * Cron: five to seven fields or a nickname; `dayOr` false asks for both the day of the month and the day of the week.
 * Interval: `anchor` + a multiple of `everyMs`; of whole days, the anchor's wall-clock time in the zone stays the same.
 * Rrule: RFC 5545, from `start` on. Once: at `at`.
 */
export type Schedule =
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string; readonly dayOr: boolean }
  | { readonly kind: 'interval'; readonly everyMs: number; readonly anchor: number; readonly timeZone: string }
  | { readonly kind: 'rrule'; readonly rule: string; readonly start: number; readonly timeZone: string }
  | { readonly kind: 'once'; readonly at: number; readonly timeZone: string };

/** What becomes of times that passed while nobody looked: each is made up for, the latest alone, or none. */
export type CatchUp = 'all' | 'latest' | 'none';

export const CATCH_UPS = ['all', 'latest', 'none'] as const satisfies readonly CatchUp[];
