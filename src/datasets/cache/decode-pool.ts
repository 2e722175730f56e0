import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CrashedError, DataError, EnvironmentError, MlflowTsError } from '../../core/errors.ts';
import { fromDecodeChildSchema, type DecodeSetup, type ToDecodeChild } from './decode-messages.ts';
import type { ShardJob } from './plan-shards.ts';

export type DecodePoolOptions = {
  readonly setup: DecodeSetup;
  readonly jobs: readonly ShardJob[];
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Samples decoded so far, of all jobs. */
  readonly onProgress: (done: number) => void;
  /** Told of every child as it starts, so that whoever outlives this process can end it. */
  readonly onChild: (child: ChildProcess) => void;
};

/**
 * Writes the shards of all jobs in child processes, `workers` at once. Rejects with the first failure, or with the signal's
 * reason, after all children have ended: DataError, EnvironmentError, or CrashedError when a child was killed.
 */
export async function decodeShards(options: DecodePoolOptions): Promise<void> {
  const { setup, jobs, workers, signal, onProgress, onChild } = options;
  const queue = [...jobs].reverse();
  const decoded = new Map<number, number>();
  const report = (job: ShardJob, done: number) => {
    decoded.set(job.index, done);
    onProgress([...decoded.values()].reduce((sum, count) => sum + count, 0));
  };
  const children: ChildProcess[] = [];
  const runLane = async () => {
    const child = startChild(setup);
    children.push(child);
    onChild(child);
    for (let job = queue.pop(); job !== undefined; job = queue.pop()) {
      await decodeOne(child, job, signal, report);
      report(job, sizeOf(job));
    }
  };
  try {
    signal.throwIfAborted();
    await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, runLane));
  } finally {
    await Promise.all(children.map(endChild));
  }
}

function startChild(setup: DecodeSetup): ChildProcess {
  const child = fork(fileURLToPath(new URL('./decode-child.js', import.meta.url)), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // A child that dies is found by the lane that waits for it; without a listener its error would end this process.
  child.on('error', () => undefined);
  send(child, { type: 'setup', setup });
  return child;
}

function decodeOne(
  child: ChildProcess,
  job: ShardJob,
  signal: AbortSignal,
  report: (job: ShardJob, done: number) => void,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const settle = (outcome: () => void) => {
      child.off('message', onMessage).off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      outcome();
    };
    const onAbort = () => settle(() => reject(signal.reason as Error));
    const onExit = (code: number | null, killedBy: string | null) => settle(() => reject(crashed(code, killedBy)));
    const onMessage = (message: unknown) => {
      const answer = fromDecodeChildSchema.parse(message);
      if (answer.type === 'progress') report(job, answer.done);
      else if (answer.type === 'written') settle(resolve);
      else settle(() => reject(rebuildError(answer.code, answer.message)));
    };
    child.on('message', onMessage).on('exit', onExit);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
    else send(child, { type: 'shard', job });
  });
}

/** A closed channel is reported by the child's exit. */
function send(child: ChildProcess, message: ToDecodeChild): void {
  child.send(message, () => undefined);
}

function sizeOf(job: ShardJob): number {
  return job.kind === 'files' ? job.samples.length : job.to - job.from;
}

function crashed(code: number | null, killedBy: string | null): CrashedError {
  const how = killedBy === null ? `ended with exit code ${code ?? 'unknown'}` : `was killed by ${killedBy}`;
  return new CrashedError(
    `A process that decoded images ${how}. If memory ran out, lower decodeWorkers; finished shards are kept.`,
  );
}

function rebuildError(code: string, message: string): MlflowTsError {
  if (code === 'DATA') return new DataError(message);
  if (code === 'ENVIRONMENT') return new EnvironmentError(message);
  return new MlflowTsError(code, message);
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
