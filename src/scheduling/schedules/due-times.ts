import { MINUTE_MS, SECOND_MS } from '../../core/clock.ts';
import type { CatchUp } from '../../core/schedule.ts';
import type { Calculator } from './calculator.ts';

export type DueOptions = {
  /** The time that is due first: what `next` was before. */
  readonly from: number;
  readonly now: number;
  readonly catchUp: CatchUp;
  /** What is later than this is not made up for. */
  readonly maxLatenessMs: number;
};

export type DueTimes = {
  /** Times to run for, oldest first; at most a thousand, the others are due at the next look. */
  readonly due: readonly number[];
  /** When to look again; undefined: never. */
  readonly next: number | undefined;
};

/** What is no later than that is on time: a scheduler that was restarted misses nothing. */
export const ON_TIME_MS = MINUTE_MS;

const MOST_AT_ONCE = 1_000;

/**
 * Which times of a schedule are due. Each time is given out once, whichever way the wall clock jumps: one that goes back comes
 * to `from` again and no earlier, what one that goes forward skips is late.
 */
export function dueTimes(calculator: Calculator, { from, now, catchUp, maxLatenessMs }: DueOptions): DueTimes {
  if (from > now) return { due: [], next: from };
  const oldest = now - Math.max(maxLatenessMs, ON_TIME_MS);
  const first = catchUp === 'all' ? Math.max(from, oldest) : Math.max(from, now - ON_TIME_MS);
  const due = timesBetween(calculator, first, now);
  if (due.length > 0 || catchUp !== 'latest')
    return { due, next: calculator.after(due.length === MOST_AT_ONCE ? due.at(-1)! : now) };
  const latest = lastUpTo(calculator, now, Math.max(from, oldest));
  return { due: latest === undefined ? [] : [latest], next: calculator.after(now) };
}

/** Both ends belong to it. */
function timesBetween(calculator: Calculator, first: number, last: number): number[] {
  const times: number[] = [];
  let time = calculator.after(first - 1);
  while (time !== undefined && time <= last && times.length < MOST_AT_ONCE) {
    times.push(time);
    time = calculator.after(time);
  }
  return times;
}

/** The latest time that is no later than `last` and no earlier than `first`: looks back twice as far each time. */
function lastUpTo(calculator: Calculator, last: number, first: number): number | undefined {
  for (let back = SECOND_MS; ; back *= 2) {
    const from = Math.max(first, last - back);
    let found: number | undefined;
    for (let time = calculator.after(from - 1); time !== undefined && time <= last; time = calculator.after(time)) {
      found = time;
    }
    if (found !== undefined || from === first) return found;
  }
}
