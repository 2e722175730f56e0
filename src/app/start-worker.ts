import { fork, type ChildProcess } from 'node:child_process';
import { hostname } from 'node:os';
import { SECOND_MS } from '../core/clock.ts';
import { EnvironmentError } from '../core/errors.ts';
import { newWorkerId, shortId } from '../core/ids.ts';
import { isTerminal } from '../core/run-state.ts';
import type { LeaseObservations } from '../engine/reap-crashed-runs.ts';
import { reapFlowRun } from '../engine/reap-crashed-runs.ts';
import { identifyProcess, isStopped } from '../engine/this-process.ts';
import type { ClaimedRun } from '../registry/claim-queued-run.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import { getQueuedRun, type QueuedRunRow } from '../registry/queued-runs.ts';
import { settleQueuedRuns } from '../registry/settle-queued-runs.ts';
import type { NewWorker } from '../registry/workers.ts';
import { sqliteDispatcher } from '../scheduling/dispatcher.ts';
import { runWorker } from '../scheduling/worker/run-worker.ts';
import type { WorkerEvent } from '../scheduling/worker/worker-options.ts';
import { CrashHooks } from './call-crash-hooks.ts';
import { lookAfterCrashed, type WorkerObservations } from './look-after-crashed.ts';
import { requirePool } from './queued-run.ts';
import type { AppServices } from './services.ts';

export type WorkerRequest = {
  readonly pool: string;
  readonly slots: number;
  readonly name?: string | undefined;
  readonly once: boolean;
  readonly graceMs: number;
  /** The entry of the processes that execute runs. */
  readonly childEntry: URL;
  readonly findCodeVersion: () => Promise<string>;
};

/**
 * Starts a worker in this process and resolves when it is done: drained, or with `once` out of work.
 * @throws NotFoundError when there is no such pool; EnvironmentError when its processes cannot be started.
 */
export async function startWorker(
  services: AppServices,
  request: WorkerRequest,
  audience: {
    readonly drain: AbortSignal;
    readonly onStart: (worker: NewWorker) => void;
    readonly tell: (event: WorkerEvent) => void;
  },
): Promise<void> {
  const { registry, clock, env, project } = services;
  await requirePool(services, request.pool);
  const worker = newWorker(services, request);
  const seen = { runs: new Map() as LeaseObservations, workers: new Map() as WorkerObservations };
  const forkChild = (): ChildProcess =>
    fork(request.childEntry, [project.home], {
      cwd: project.root,
      env,
      execArgv: [],
      detached: true,
      // What a flow prints goes where the worker tells what it does.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
  const hooks = new CrashHooks(forkChild, clock);
  audience.onStart(worker);
  await runWorker({
    db: registry.db,
    clock,
    worker,
    dispatcher: sqliteDispatcher({
      db: registry.db,
      clock,
      claimant: { pool: worker.pool, workerId: worker.id, owner: worker.owner },
    }),
    fork: forkChild,
    once: request.once,
    drain: audience.drain,
    graceMs: request.graceMs,
    codeVersion: remembered(services, request.findCodeVersion),
    endRun: (run, why, pid) => endRun(services, { worker, hooks }, { ...run, pid }, why),
    lookAfterOthers: () => lookAfterCrashed(services, worker.id, seen, (run) => hooks.call(run)),
    isStopped,
    tell: audience.tell,
  });
  await hooks.done();
}

function newWorker({ clock }: AppServices, { pool, slots, name }: WorkerRequest): NewWorker {
  const identity = identifyProcess();
  if (identity === undefined) {
    throw new EnvironmentError('This process cannot be identified: neither /proc nor the command `ps` tells about it.');
  }
  const { host, bootId, pid, processStart } = identity;
  const id = newWorkerId();
  return {
    id,
    name: name ?? `${hostname()}-${shortId(id)}`,
    pool,
    slots,
    owner: { host, bootId, pid, processStart },
    startedAt: clock.now(),
  };
}

/**
 * Whoever ended the run, it leaves the queue or, crashed, waits again. A child that died without a word is found out here; while
 * the run was still the worker's own nobody else could.
 */
async function endRun(
  { registry, clock }: AppServices,
  { worker, hooks }: { readonly worker: NewWorker; readonly hooks: CrashHooks },
  child: ClaimedRun & { readonly pid: number | undefined },
  why: string,
): Promise<string> {
  const { db } = registry;
  const queued = await getQueuedRun(db, child.flowRunId);
  const run = await getFlowRun(db, child.flowRunId);
  if (run === undefined || queued === undefined) return 'Deleted';
  if (!isHeldBy(worker, queued) || !isExecutedBy(child, run)) return 'taken over';
  const reaped = isTerminal(run.state.kind) ? undefined : await reapFlowRun(db, run, why, { clock });
  if (reaped !== undefined) hooks.call(reaped);
  await settleQueuedRuns(db, clock.now());
  return (reaped ?? run).state.kind;
}

function isHeldBy({ id }: NewWorker, { workerId, waitsSince }: QueuedRunRow): boolean {
  return workerId === id && waitsSince === null;
}

/** Its own retries are later attempts of the same child; the worker itself may have given the run to another one since. */
function isExecutedBy(child: ClaimedRun & { readonly pid: number | undefined }, run: FlowRunRow): boolean {
  return run.attempt === child.attempt || run.owner?.pid === child.pid;
}

/** git is not asked again for every one of many short runs. */
function remembered({ clock }: AppServices, find: () => Promise<string>): () => Promise<string> {
  let last: { readonly found: Promise<string>; readonly atMs: number } | undefined;
  return () => {
    const nowMs = clock.monotonicMs();
    if (last === undefined || nowMs - last.atMs > REMEMBER_MS) last = { found: find(), atMs: nowMs };
    return last.found;
  };
}

const REMEMBER_MS = 5 * SECOND_MS;
