import type { WorkerId } from '../core/ids.ts';
import { LEASE_MS } from '../engine/lease-times.ts';
import { reapCrashedRuns, type LeaseObservations } from '../engine/reap-crashed-runs.ts';
import { signalProcess } from '../engine/child-processes.ts';
import { identifyProcess, livenessOf } from '../engine/this-process.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import type { ProcessIdentity } from '../registry/process-identity.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { settleQueuedRuns } from '../registry/settle-queued-runs.ts';
import { listWorkerRuns, listWorkers, markWorker, type WorkerRow } from '../registry/workers.ts';
import { settleTracked } from './run-flow.ts';
import type { AppServices } from './services.ts';

/** When each worker's heartbeat was first seen as it is now; kept between rounds. */
export type WorkerObservations = Map<WorkerId, { readonly heartbeatSeq: number; readonly sinceMs: number }>;

/**
 * Ends the runs and workers whose processes are gone or silent, and puts the runs that may be tried again back into the queue.
 * A worker calls it every few seconds; several at once do no harm.
 */
export async function lookAfterCrashed(
  services: AppServices,
  me: WorkerId,
  seen: { readonly runs: LeaseObservations; readonly workers: WorkerObservations },
  onReaped: (run: FlowRunRow) => void,
): Promise<void> {
  const { registry, clock } = services;
  const { db } = registry;
  const workers = await listWorkers(db);
  for (const worker of workers) {
    if (worker.id === me || !isGone(worker, seen.workers, clock.monotonicMs())) continue;
    await endRunsOf(db, worker, workers);
    await markWorker(db, worker.id, 'ended_at', clock.now());
  }
  const reaped = await reapCrashedRuns(db, { clock, observations: seen.runs });
  reaped.forEach(onReaped);
  await settleTracked(
    services,
    reaped.map(({ id }) => id),
  );
  for (const { owner } of await settleQueuedRuns(db, clock.now())) endLeftBehind(owner, workers);
}

/** The processes of a dead worker leave by themselves, but for those too busy to notice that it is gone. */
async function endRunsOf(db: RegistryDb, worker: WorkerRow, workers: readonly WorkerRow[]): Promise<void> {
  for (const id of (await listWorkerRuns(db)).get(worker.id) ?? []) {
    endLeftBehind((await getFlowRun(db, id))?.owner ?? null, workers);
  }
}

function isGone({ id, owner, heartbeatSeq }: WorkerRow, seen: WorkerObservations, nowMs: number): boolean {
  const liveness = livenessOf(owner);
  if (liveness !== 'elsewhere') return liveness === 'dead';
  const last = seen.get(id);
  if (last?.heartbeatSeq !== heartbeatSeq) {
    seen.set(id, { heartbeatSeq, sinceMs: nowMs });
    return false;
  }
  return nowMs - last.sinceMs >= LEASE_MS;
}

/**
 * The process of a run that was given up because nothing was heard of it may still live on this machine, frozen or without its
 * worker. What it writes is refused; it is ended so that it does not compute beside its successor.
 */
function endLeftBehind(owner: ProcessIdentity | null, workers: readonly WorkerRow[]): void {
  if (owner === null || livenessOf(owner) !== 'alive') return;
  if (workers.some((worker) => worker.owner.pid === owner.pid && worker.owner.host === owner.host)) return;
  if (identifyProcess(owner.pid)?.processGroup === owner.pid) signalProcess(-owner.pid, 'SIGKILL');
}
