import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SECOND_MS, type Clock } from '../core/clock.ts';
import type { FlowRunId } from '../core/ids.ts';
import type { HeartbeatOrder, HeartbeatReport } from './heartbeat-messages.ts';
import { renewEveryMs, startRenewingAfterMs } from './lease-times.ts';
import type { Lease } from './run-session.ts';

const STOP_LIMIT_MS = SECOND_MS;

export type LeaseOptions = {
  readonly registryPath: string;
  readonly flowRunId: FlowRunId;
  readonly attempt: number;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** Called when another attempt has taken over. */
  readonly onLost: () => void;
  /** Called when the lease cannot be renewed; the run goes on. */
  readonly onTrouble: (message: string) => void;
};

/** Renews the lease of a root flow run from a worker thread, so that a busy event loop does not look like a dead process. */
export function startLease(options: LeaseOptions): Lease {
  const stopping = new AbortController();
  let attempt = options.attempt;
  let thread: Worker | undefined;
  options.clock.sleep(startRenewingAfterMs(options.leaseMs), stopping.signal).then(
    () => {
      if (stopping.signal.aborted) return;
      thread = startThread(options, attempt, (lostAttempt) => {
        if (lostAttempt === attempt) options.onLost();
      });
    },
    () => undefined,
  );
  return {
    attemptBegan: (id, begun) => {
      if (id !== options.flowRunId) return;
      attempt = begun;
      thread?.postMessage({ type: 'attempt', attempt } satisfies HeartbeatOrder);
    },
    stop: async () => {
      stopping.abort();
      if (thread !== undefined) await stopThread(thread, options.clock);
    },
  };
}

function startThread(options: LeaseOptions, attempt: number, onLost: (attempt: number) => void): Worker {
  const { registryPath, flowRunId, leaseMs, onTrouble } = options;
  const workerData = { registryPath, flowRunId, attempt, renewEveryMs: renewEveryMs(leaseMs) };
  const thread = new Worker(new URL('./heartbeat-thread.js', import.meta.url), { workerData });
  thread.on('message', (report: HeartbeatReport) => {
    if (report.type === 'lost') onLost(report.attempt);
    else onTrouble(report.message);
  });
  thread.on('error', (error: Error) => onTrouble(error.message));
  thread.unref();
  return thread;
}

async function stopThread(thread: Worker, clock: Clock): Promise<void> {
  const waiting = new AbortController();
  const exited = once(thread, 'exit', { signal: waiting.signal }).catch(() => undefined);
  thread.postMessage({ type: 'stop' } satisfies HeartbeatOrder);
  await Promise.race([exited, clock.sleep(STOP_LIMIT_MS, waiting.signal).catch(() => undefined)]);
  waiting.abort();
  await thread.terminate();
}
