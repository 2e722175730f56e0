import { previewSchedule } from '../../app/preview-schedule.ts';
import type { CommandContext } from '../command-context.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { inText, isoTime, shortLocalTime } from '../time-text.ts';
import { wholeNumber } from '../whole-number.ts';

export type PreviewOptions = {
  readonly tz?: string;
  readonly count: string;
  readonly from?: string;
  readonly anchor?: string;
  readonly dayAnd?: boolean;
};

/** `schedules preview` */
export async function printPreview(
  expression: string,
  { tz, count, from, anchor, dayAnd = false }: PreviewOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const now = context.clock.now();
  const request = { expression, timeZone: tz, from, anchor, count: wholeNumber('--count', count), dayAnd, now };
  const { timeZone, times } = await previewSchedule(request);
  if (output.json) {
    output.printJson({ timeZone, times: times.map(({ time, local }) => ({ local, utc: isoTime(time) })) });
    return;
  }
  if (times.length === 0) {
    output.remark(`"${expression}" is not due any more.`);
    return;
  }
  output.print(
    tableText(times, [
      { heading: timeZone, named: true, cell: ({ local }) => output.paint.bold(shortLocalTime(local)) },
      { heading: 'day', cell: ({ local }) => WEEKDAYS[new Date(`${local.slice(0, 10)}T00:00Z`).getUTCDay()]! },
      { heading: 'utc', cell: ({ time }) => shortLocalTime(isoTime(time)!).slice(0, 19) },
      { heading: 'in', cell: ({ time }) => (time < now ? 'past' : inText(time, now)) },
    ]),
  );
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
