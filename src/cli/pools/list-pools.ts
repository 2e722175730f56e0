import type { AppServices } from '../../app/services.ts';
import { listWorkPools } from '../../registry/work-pools.ts';
import type { WorkPoolUse } from '../../registry/work-pools.ts';
import { agoText, isoTime } from '../time-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';

/** `pool ls` */
export async function printPools({ registry, clock }: AppServices, output: Output): Promise<void> {
  const pools = await listWorkPools(registry.db);
  if (output.json) {
    output.printJson(pools.map(poolJson));
    return;
  }
  if (pools.length === 0) {
    output.remark('Nothing was recorded here yet. Make a pool with: mlflow-ts pool create local_pool');
    return;
  }
  const now = clock.now();
  output.print(
    tableText(pools, [
      { heading: 'pool', cell: ({ name }) => output.paint.bold(name) },
      { heading: 'waiting', align: 'right', cell: ({ waiting }) => String(waiting) },
      {
        heading: 'running',
        align: 'right',
        cell: ({ running, concurrency }) => (concurrency === null ? `${running}` : `${running} of ${concurrency}`),
      },
      { heading: 'workers', align: 'right', cell: ({ workers }) => String(workers) },
      { heading: 'deployments', align: 'right', cell: ({ deployments }) => String(deployments) },
      {
        heading: '',
        cell: ({ pausedAt }) => (pausedAt === null ? '' : output.paint.yellow(`paused ${agoText(pausedAt, now)}`)),
      },
    ]),
  );
  const [idle] = pools.filter(({ waiting, workers }) => waiting > 0 && workers === 0);
  if (idle === undefined) return;
  output.remark(`\nNo worker takes from ${idle.name}. Start one with: mlflow-ts worker start --pool ${idle.name}`);
}

/** A pool as `--json` shows it. */
export function poolJson({ pausedAt, ...pool }: WorkPoolUse): object {
  return { ...pool, pausedAt: isoTime(pausedAt) };
}
