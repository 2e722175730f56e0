import { SECOND_MS } from '../core/clock.ts';
import { EnvironmentError, FencedError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { AbortScope } from './abort-scope.ts';
import { Breather } from './breather.ts';
import { ChildProcesses } from './child-processes.ts';
import { startLease, type LeaseOptions } from './lease.ts';
import { LEASE_MS } from './lease-times.ts';
import { RunRecorder } from './run-recorder.ts';
import type { CacheOptions, FlowRuntime } from './run-runtime.ts';
import type { Lease, RunSession } from './run-session.ts';
import { identifyProcess } from './this-process.ts';

const DEFAULT_GRACE_MS = 30 * SECOND_MS;

export type SessionOptions = {
  readonly runtime: FlowRuntime<unknown>;
  readonly flowRunId: FlowRunId;
  readonly attempt: number;
  readonly cache: CacheOptions;
};

/** Puts together what a root flow run needs, hands it to `body`, and takes it down when that has ended, however it ended. */
export async function withSession<Result>(
  options: SessionOptions,
  body: (session: RunSession) => Promise<Result>,
): Promise<Result> {
  const session = openSession(options);
  try {
    return await body(session);
  } finally {
    await session.lease.stop();
    await session.recorder.flush();
  }
}

function openSession({ runtime, flowRunId, attempt, cache }: SessionOptions): RunSession {
  const { registry, clock, secrets, observer, graceMs = DEFAULT_GRACE_MS, leaseMs = LEASE_MS } = runtime;
  const recorder = new RunRecorder({ db: registry.db, clock, secrets, observer });
  const scope = new AbortScope();
  const lease = runtime.lease === 'external' ? EXTERNAL_LEASE : startLease(leaseOptions());
  const children = new ChildProcesses(registry.db, clock);
  const breather = new Breather(clock, runtime.observerReady);
  return {
    runtime,
    owner: thisProcess(),
    recorder,
    children,
    breather,
    cache,
    graceMs,
    scope,
    lease,
    running: new Set(),
  };

  function leaseOptions(): LeaseOptions {
    return {
      registryPath: registry.path,
      flowRunId,
      attempt,
      clock,
      leaseMs,
      onLost: () =>
        scope.abandon(
          new FencedError(
            `Flow run ${flowRunId} was taken over: this process gave no sign of life and lost its lease. Nothing more is recorded by it; see how the run goes on: mlflow-ts runs show ${flowRunId}`,
          ),
        ),
      onTrouble: (message) =>
        recorder.logger({ flowRunId }).warn(`The lease could not be renewed and is tried again: ${message}`),
    };
  }
}

const EXTERNAL_LEASE: Lease = { attemptBegan: () => undefined, stop: () => Promise.resolve() };

function thisProcess(): RunSession['owner'] {
  const identity = identifyProcess();
  if (identity === undefined) {
    throw new EnvironmentError('This process cannot be identified: neither /proc nor the command `ps` tells about it.');
  }
  const { host, bootId, pid, processStart } = identity;
  return { host, bootId, pid, processStart };
}
