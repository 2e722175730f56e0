import { upcomingTimes } from '../../app/deployments/deployments.ts';
import type { AppServices } from '../../app/services.ts';
import { zonedIso } from '../../scheduling/schedules/time-zone.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { inText, isoTime, shortLocalTime } from '../time-text.ts';
import { wholeNumber } from '../whole-number.ts';

/** `schedules next` */
export async function printNextTimes(
  services: AppServices,
  options: { readonly count: string },
  output: Output,
): Promise<void> {
  const times = await upcomingTimes(services, wholeNumber('--count', options.count));
  if (output.json) {
    const rows = times.map(({ time, timeZone, deployment, schedule }) => ({
      ...{ local: zonedIso(time, timeZone), utc: isoTime(time), timeZone, deployment, schedule },
    }));
    output.printJson(rows);
    return;
  }
  if (times.length === 0) {
    output.remark('No schedule is due at any time. List what is deployed: mlflow-ts deployments ls');
    return;
  }
  const now = services.clock.now();
  output.print(
    tableText(times, [
      { heading: 'in', align: 'right', cell: ({ time }) => inText(time, now) },
      { heading: 'at', cell: ({ time, timeZone }) => shortLocalTime(zonedIso(time, timeZone)) },
      { heading: 'time zone', cell: ({ timeZone }) => timeZone },
      { heading: 'deployment', cell: ({ deployment }) => output.paint.bold(deployment) },
      { heading: 'schedule', cell: ({ schedule }) => schedule },
    ]),
  );
}
