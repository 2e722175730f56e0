import { nextTimes, openSchedule } from '../scheduling/schedules/open-schedule.ts';
import { parseSchedule, parseTime } from '../scheduling/schedules/parse-schedule.ts';
import { assertTimeZone, localTimeZone, zonedIso } from '../scheduling/schedules/time-zone.ts';

export type PreviewRequest = {
  /** A schedule as `parseSchedule` reads it. */
  readonly expression: string;
  /** Default: that of this machine. */
  readonly timeZone?: string | undefined;
  /** ISO 8601; default: `now`. */
  readonly from?: string | undefined;
  /** Where an interval or a rule begins, ISO 8601; default: `from`. */
  readonly anchor?: string | undefined;
  readonly count: number;
  /** The day of the month and the day of the week must both fit. */
  readonly dayAnd: boolean;
  readonly now: number;
};

/** When a schedule is due. `time` is milliseconds UTC, `local` the zone's wall clock with its offset (ISO 8601). */
export type SchedulePreview = {
  readonly timeZone: string;
  readonly times: readonly { readonly time: number; readonly local: string }[];
};

/**
 * The next times of a schedule.
 * @throws ParameterError when the expression, the zone or a time cannot be meant.
 */
export async function previewSchedule(request: PreviewRequest): Promise<SchedulePreview> {
  const { expression, timeZone = localTimeZone(), count, dayAnd, now } = request;
  assertTimeZone(timeZone);
  const from = request.from === undefined ? now : parseTime(request.from, timeZone);
  const anchor = request.anchor === undefined ? from : parseTime(request.anchor, timeZone);
  const parsed = parseSchedule(expression, timeZone, Math.floor(anchor / 1_000) * 1_000);
  const calculator = await openSchedule(parsed.kind === 'cron' ? { ...parsed, dayOr: !dayAnd } : parsed);
  const times = nextTimes(calculator, from, count);
  return { timeZone, times: times.map((time) => ({ time, local: zonedIso(time, timeZone) })) };
}
