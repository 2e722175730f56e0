import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import { livenessOf } from '../../engine/this-process.ts';
import { listWorkerRuns, listWorkers } from '../../registry/workers.ts';
import type { WorkerRow } from '../../registry/workers.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { agoText, isoTime } from '../time-text.ts';

/** `worker ls` */
export async function printWorkers(
  { registry, clock }: AppServices,
  { all = false }: { readonly all?: boolean },
  output: Output,
): Promise<void> {
  const workers = await listWorkers(registry.db, { withEnded: all });
  const runs = await listWorkerRuns(registry.db);
  const now = clock.now();
  if (output.json) {
    output.printJson(workers.map((worker) => workerJson(worker, runs.get(worker.id) ?? [], now)));
    return;
  }
  if (workers.length === 0) {
    output.remark('No worker is there. Start one with: mlflow-ts worker start --pool default');
    return;
  }
  const paint = { idle: output.paint.green, running: output.paint.green, draining: output.paint.yellow } as const;
  const painted = (state: WorkerState): string =>
    state in paint ? paint[state as 'idle'](state) : output.paint.red(state);
  output.print(
    tableText(workers, [
      { heading: 'worker', cell: ({ name }) => output.paint.bold(name) },
      { heading: 'pool', cell: ({ pool }) => pool },
      { heading: 'state', cell: (worker) => painted(stateOf(worker, runs.get(worker.id) ?? [], now)) },
      { heading: 'runs', cell: ({ id, slots }) => `${runs.get(id)?.length ?? 0} of ${slots}` },
      { heading: 'seen', cell: ({ heartbeatAt }) => agoText(heartbeatAt, now) },
      { heading: 'started', cell: ({ startedAt }) => agoText(startedAt, now) },
      { heading: 'process', cell: ({ owner }) => `${owner.pid} on ${owner.host}` },
      { heading: 'executes', cell: ({ id }) => (runs.get(id) ?? []).map(shortId).join(', ') },
    ]),
  );
}

type WorkerState = 'idle' | 'running' | 'draining' | 'silent' | 'gone' | 'ended';

/** As it looks from here; nothing is written by looking. */
function stateOf(worker: WorkerRow, runs: readonly string[], now: number): WorkerState {
  if (worker.endedAt !== null) return 'ended';
  if (livenessOf(worker.owner) === 'dead') return 'gone';
  if (now - worker.heartbeatAt > SILENT_MS) return 'silent';
  if (worker.drainingAt !== null) return 'draining';
  return runs.length > 0 ? 'running' : 'idle';
}

function workerJson(worker: WorkerRow, runs: readonly string[], now: number): object {
  const { id, name, pool, slots, owner, heartbeatAt, drainingAt, startedAt, endedAt } = worker;
  return {
    id,
    name,
    pool,
    state: stateOf(worker, runs, now),
    slots,
    flowRuns: runs,
    host: owner.host,
    pid: owner.pid,
    heartbeatAt: isoTime(heartbeatAt),
    drainingAt: isoTime(drainingAt),
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
  };
}

/** Three signs of life that did not come. */
const SILENT_MS = 15_000;
