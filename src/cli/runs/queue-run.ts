import { queueRun, type QueuedFlowRun } from '../../app/queued-run.ts';
import type { AppServices } from '../../app/services.ts';
import { UsageError } from '../../core/errors.ts';
import { shortId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { AnyFlow } from '../../engine/flow-options.ts';
import { livenessOf } from '../../engine/this-process.ts';
import { listWorkers } from '../../registry/workers.ts';
import type { Output } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

export type QueueOptions = {
  readonly pool?: string;
  readonly priority?: string;
  readonly crashRetries?: string;
  readonly tags: readonly string[];
  readonly runName: string | undefined;
  readonly entrypoint: string | undefined;
};

/**
 * `run FLOW --pool NAME`
 * @throws UsageError when options say how to queue it and none says where.
 */
export async function queueRunFromHere(
  services: AppServices,
  flow: AnyFlow<AppServices>,
  parameters: Json,
  { pool, priority, crashRetries, tags, runName, entrypoint }: QueueOptions,
  output: Output,
): Promise<void> {
  if (pool === undefined) {
    throw new UsageError('--priority and --crash-retries are for runs in a queue: name its pool with --pool.');
  }
  const run = await queueRun(services, flow, parameters, {
    pool,
    ...(priority === undefined ? {} : { priority: wholeNumber('--priority', priority) }),
    ...(crashRetries === undefined || crashRetries === '0'
      ? {}
      : { crashRetries: wholeNumber('--crash-retries', crashRetries) }),
    ...{ tags, runName, entrypoint },
  });
  if (output.json) {
    output.printJson({ flowRun: { id: run.id, flow: flow.name, name: run.name, state: 'Scheduled', pool } });
    return;
  }
  await tellQueued(services, run, pool, output);
}

/** Where the run is, and who takes it. */
export async function tellQueued(
  { registry }: AppServices,
  { id, name }: QueuedFlowRun,
  pool: string,
  output: Output,
): Promise<void> {
  output.print(`${name} (${shortId(id)}) waits in pool ${pool}.`);
  const workers = await listWorkers(registry.db);
  const isServed = workers.some((worker) => worker.pool === pool && livenessOf(worker.owner) !== 'dead');
  output.remark(
    isServed
      ? `Watch it: mlflow-ts runs watch ${shortId(id)}`
      : `No worker takes from the pool yet. Start one: mlflow-ts worker start --pool ${pool}`,
  );
}
