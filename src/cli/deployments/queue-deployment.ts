import { runDeployment } from '../../app/deployments/run-deployment.ts';
import type { FlowPlaces } from '../../app/flow-files/project-flows.ts';
import type { AppServices } from '../../app/services.ts';
import { UsageError } from '../../core/errors.ts';
import { parseDuration } from '../../scheduling/schedules/duration.ts';
import { parseTime } from '../../scheduling/schedules/parse-schedule.ts';
import { localTimeZone } from '../../scheduling/schedules/time-zone.ts';
import type { CommandContext } from '../command-context.ts';
import type { Output } from '../output.ts';
import { tellQueued } from '../runs/queue-run.ts';
import { watchRun } from '../runs/watch-run.ts';

export type QueueDeploymentOptions = {
  readonly places: FlowPlaces;
  readonly param?: readonly string[];
  readonly at?: string;
  readonly in?: string;
  readonly watch?: boolean;
};

/** `deployments run` */
export async function queueDeployment(
  services: AppServices,
  name: string,
  options: QueueDeploymentOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const { places, param = [], watch = false } = options;
  const run = await runDeployment(services, name, {
    places,
    parameterTexts: param,
    at: startOf(options, services.clock.now()),
  });
  if (watch) {
    await watchRun(services, run.id, output, context);
    return;
  }
  if (output.json) output.printJson({ flowRun: { id: run.id, name: run.name, state: 'Scheduled', pool: run.pool } });
  else await tellQueued(services, run, run.pool, output);
}

function startOf({ at, in: later }: QueueDeploymentOptions, now: number): number | undefined {
  if (at !== undefined && later !== undefined) throw new UsageError('--at and --in say the same: give one of them.');
  if (later !== undefined) return now + parseDuration(later);
  return at === undefined ? undefined : parseTime(at, localTimeZone());
}
