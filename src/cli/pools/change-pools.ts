import { requirePool } from '../../app/queued-run.ts';
import type { AppServices } from '../../app/services.ts';
import { ConflictError, UsageError } from '../../core/errors.ts';
import {
  changeWorkPool,
  createWorkPool,
  DEFAULT_POOL,
  deleteWorkPool,
  listWorkPools,
} from '../../registry/work-pools.ts';
import { countText } from '../count-text.ts';
import type { Output } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';
import { poolJson } from './list-pools.ts';

/** `pool create` */
export async function makePool(
  services: AppServices,
  name: string,
  { concurrency }: { readonly concurrency?: string },
  output: Output,
): Promise<void> {
  if (!/^[\w][\w.-]{0,63}$/.test(name)) {
    throw new UsageError(
      `"${name}" cannot name a pool: letters, digits, ".", "_" and "-", at most 64, the first no "." or "-".`,
    );
  }
  const limit = concurrency === undefined ? null : wholeNumber('--concurrency', concurrency);
  const { registry, clock } = services;
  if (!(await createWorkPool(registry.db, { name, concurrency: limit, createdAt: clock.now() }))) {
    throw new ConflictError(
      `There is a pool "${name}" already. Change it with: mlflow-ts pool update ${name} --concurrency N`,
    );
  }
  const next = `Start a worker for it with: mlflow-ts worker start --pool ${name}`;
  await tell(services, name, `Made pool ${name} (${limitText(limit)}). ${next}`, output);
}

/** `pool update` */
export async function updatePool(
  services: AppServices,
  name: string,
  { concurrency }: { readonly concurrency: string },
  output: Output,
): Promise<void> {
  const limit = concurrency === 'none' ? null : wholeNumber('--concurrency', concurrency);
  await requirePool(services, name);
  await changeWorkPool(services.registry.db, name, { concurrency: limit });
  await tell(services, name, `Pool ${name} now has ${limitText(limit)}.`, output);
}

/** `pool pause` and `pool resume` */
export async function pausePool(services: AppServices, name: string, paused: boolean, output: Output): Promise<void> {
  const { registry, clock } = services;
  await requirePool(services, name);
  await changeWorkPool(registry.db, name, { pausedAt: paused ? clock.now() : null });
  const text = paused
    ? `Pool ${name} is paused: what runs goes on, what waits or comes waits. Go on with: mlflow-ts pool resume ${name}`
    : `Workers take from pool ${name} again.`;
  await tell(services, name, text, output);
}

/** `pool delete` */
export async function removePool(services: AppServices, name: string, output: Output): Promise<void> {
  await requirePool(services, name);
  if (name === DEFAULT_POOL) throw new ConflictError(`The pool "${name}" is for runs that name none: it stays.`);
  const left = await deleteWorkPool(services.registry.db, name);
  if (left !== undefined) {
    const { waiting, running, workers, deployments } = left;
    throw new ConflictError(
      `Pool "${name}" is in use: ${countText(deployments, 'deployment')}, ${countText(workers, 'worker')}, ` +
        `${countText(waiting, 'waiting run')}, ${countText(running, 'run')} under way. Pause it with: mlflow-ts pool pause ${name}`,
      { details: { waiting, running, workers, deployments } },
    );
  }
  if (output.json) output.printJson({ name, deleted: true });
  else output.print(`Deleted pool ${name}.`);
}

async function tell({ registry }: AppServices, name: string, text: string, output: Output): Promise<void> {
  if (!output.json) {
    output.print(text);
    return;
  }
  const pool = (await listWorkPools(registry.db)).find((one) => one.name === name);
  if (pool !== undefined) output.printJson(poolJson(pool));
}

function limitText(limit: number | null): string {
  return limit === null ? 'no limit of runs at once' : `${countText(limit, 'run')} at once`;
}
