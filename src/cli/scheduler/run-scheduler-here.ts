import type { AppServices } from '../../app/services.ts';
import { runScheduler, type SchedulerEvent } from '../../scheduling/scheduler/run-scheduler.ts';
import { zonedIso, localTimeZone } from '../../scheduling/schedules/time-zone.ts';
import { cancelOnInterrupt } from '../cancel-on-interrupt.ts';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../count-text.ts';
import type { Output } from '../output.ts';
import { shortLocalTime } from '../time-text.ts';
import { runWorkerHere, timeOfDay } from '../workers/start-worker.ts';

export type UpOptions = {
  readonly pool: string;
  readonly limit: string;
  readonly grace: string;
  readonly installSystemd?: boolean;
};

/** `scheduler start`: being told to stop is no failure. */
export async function runSchedulerHere(services: AppServices, output: Output, context: CommandContext): Promise<void> {
  const interrupts = cancelOnInterrupt(context.interruptions, context.clock, () => undefined);
  let made = 0;
  output.remark('The scheduler looks every second what is due, until Ctrl-C.');
  try {
    await schedule(services, output, context, interrupts.signal, () => (made += 1));
  } finally {
    interrupts.stop();
  }
  if (output.json) output.printJson({ made });
  else output.remark(`${timeOfDay(context.clock.now())} done: ${countText(made, 'run')} made`);
}

/** `up`: the scheduler ends with the worker. */
export async function runUp(
  services: AppServices,
  options: UpOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const ending = new AbortController();
  const scheduling = schedule(services, output, context, ending.signal, () => undefined);
  try {
    await runWorkerHere(services, options, output, context);
  } finally {
    ending.abort();
    await scheduling;
  }
}

async function schedule(
  { registry, clock, codeVersion }: AppServices,
  output: Output,
  context: CommandContext,
  signal: AbortSignal,
  onMade: () => void,
): Promise<void> {
  const tell = (event: SchedulerEvent): void => {
    if (event.type === 'made') onMade();
    output.remark(`${timeOfDay(context.clock.now())} ${eventText(event)}`);
  };
  await runScheduler({ db: registry.db, clock, codeVersion, signal, tell });
}

function eventText(event: SchedulerEvent): string {
  if (event.type === 'trouble') return event.message;
  const { name, schedule: by, scheduledFor, skippedBecause } = event.run;
  const at = shortLocalTime(zonedIso(scheduledFor, localTimeZone()));
  return skippedBecause === undefined
    ? `${name} is due (${by}, ${at})`
    : `${name} was due (${by}, ${at}) and is skipped: ${skippedBecause}`;
}
