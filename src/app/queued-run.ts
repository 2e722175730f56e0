import { shortId, newFlowRunId, type FlowRunId } from '../core/ids.ts';
import { NotFoundError } from '../core/errors.ts';
import { didYouMean } from '../core/closest-name.ts';
import type { Json } from '../core/json.ts';
import type { AnyFlow } from '../engine/flow-options.ts';
import { checkParameters } from '../engine/new-flow-run.ts';
import { fillRunName } from '../engine/run-name.ts';
import { insertQueuedRun, type NewQueuedRun } from '../registry/queued-runs.ts';
import { getWorkPool, listWorkPools } from '../registry/work-pools.ts';
import type { AppServices } from './services.ts';

/** What is said of a flow run that a worker shall run. */
export type QueueRequest = Pick<NewQueuedRun, 'pool' | 'priority' | 'crashRetries' | 'limits'> & {
  readonly tags: readonly string[];
  readonly runName?: string | undefined;
  readonly entrypoint?: string | undefined;
};

export type QueuedFlowRun = { readonly id: FlowRunId; readonly name: string };

/**
 * Records a flow run that a worker of the pool will take.
 * @throws ParameterError when the parameters do not fit the flow, NotFoundError when there is no such pool: nothing is recorded.
 */
export async function queueRun(
  { registry, secrets, clock, codeVersion }: AppServices,
  flow: AnyFlow<AppServices>,
  parameters: Json,
  { tags, runName, entrypoint, ...queue }: QueueRequest,
): Promise<QueuedFlowRun> {
  await requirePool({ registry }, queue.pool);
  const given = checkParameters(flow, parameters, secrets);
  if (given.checked.kind === 'unfit') throw given.checked.error;
  const id = newFlowRunId();
  const wanted = runName ?? flow.options.runName;
  const name = wanted === undefined ? `${flow.name}-${shortId(id)}` : fillRunName(wanted, given.checked.parameters);
  const createdAt = clock.now();
  await insertQueuedRun(registry.db, {
    ...queue,
    id,
    flowName: flow.name,
    name: secrets.seal.text(name),
    parameters: given.recorded,
    tags: secrets.seal.data([...new Set([...(flow.options.tags ?? []), ...tags])]),
    codeVersion,
    createdAt,
    scheduledFor: createdAt,
    ...(entrypoint === undefined ? {} : { entrypoint }),
  });
  return { id, name: secrets.seal.text(name) };
}

/** @throws NotFoundError when there is no pool of this name. */
export async function requirePool({ registry }: Pick<AppServices, 'registry'>, name: string): Promise<void> {
  if ((await getWorkPool(registry.db, name)) !== undefined) return;
  const names = (await listWorkPools(registry.db)).map((pool) => pool.name);
  throw new NotFoundError(
    `There is no pool "${name}". ${didYouMean(name, names)} Make it with: mlflow-ts pool create ${name}`,
  );
}
