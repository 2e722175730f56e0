import type { AppServices } from '../../app/services.ts';
import { findCodeVersion } from '../../app/code-version.ts';
import { startWorker } from '../../app/start-worker.ts';
import { shortId } from '../../core/ids.ts';
import type { NewWorker } from '../../registry/workers.ts';
import { parseDuration } from '../../scheduling/schedules/duration.ts';
import type { WorkerEvent } from '../../scheduling/worker/worker-options.ts';
import { cancelOnInterrupt } from '../cancel-on-interrupt.ts';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../count-text.ts';
import type { Output } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

export type StartOptions = {
  readonly pool: string;
  readonly limit: string;
  readonly name?: string;
  readonly once?: boolean;
  readonly grace: string;
};

/** `worker start`: works until it is told to stop, then says what came of it. Being told to stop is no failure. */
export async function runWorkerHere(
  services: AppServices,
  options: StartOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const ended: { id: string; state: string }[] = [];
  let worker: NewWorker | undefined;
  const interrupts = cancelOnInterrupt(context.interruptions, context.clock, () => undefined);
  const request = {
    pool: options.pool,
    slots: wholeNumber('--limit', options.limit),
    name: options.name,
    once: options.once === true,
    graceMs: parseDuration(options.grace),
    childEntry: context.workerChild,
    findCodeVersion: () => findCodeVersion(context.version, services.project.root),
  };
  try {
    await startWorker(services, request, {
      drain: interrupts.signal,
      onStart: (started) => {
        worker = started;
        output.remark(startText(started, request.once));
      },
      tell: (event) => {
        if (event.type === 'ended') ended.push({ id: event.run.flowRunId, state: event.state });
        output.remark(`${timeOfDay(context.clock.now())} ${eventText(event, options.grace)}`);
      },
    });
  } finally {
    interrupts.stop();
  }
  if (output.json) output.printJson({ id: worker?.id, name: worker?.name, pool: options.pool, flowRuns: ended });
  else output.remark(`${timeOfDay(context.clock.now())} done: ${countText(ended.length, 'run')}`);
}

function startText({ name, pool, slots }: NewWorker, once: boolean): string {
  const until = once ? 'until none waits' : 'until Ctrl-C';
  return `Worker ${name} takes runs of pool ${pool}, ${slots} at once, ${until}.`;
}

function eventText(event: WorkerEvent, grace: string): string {
  switch (event.type) {
    case 'started': {
      const { flowRunId, attempt } = event.run;
      return `${shortId(flowRunId)} started${attempt === 1 ? '' : `, attempt ${attempt}`} in process ${event.pid}`;
    }
    case 'ended':
      return `${shortId(event.run.flowRunId)} ${event.state}`;
    case 'draining':
      return event.running === 0
        ? 'ending'
        : `ending: ${countText(event.running, 'run')} may go on for ${grace}; the same signal again ends everything at once`;
    case 'trouble':
      return `tried again: ${event.message}`;
  }
}

/** `02:30:00`, by this machine's clock. */
export function timeOfDay(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
