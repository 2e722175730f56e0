import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { CrashedError, DataError, EnvironmentError, MlflowTsError } from '../../core/errors.ts';
import { fromJobChildSchema, type ToJobChild } from './job-messages.ts';

export type JobsPlan<Setup, Job> = {
  /** What all jobs have in common. */
  readonly setup: Setup;
  readonly jobs: readonly Job[];
  /** Children that work at once, if there are as many jobs. */
  readonly workers: number;
};

/** How the jobs of one kind are done in child processes. */
export type JobsOptions<Setup, Job, Result> = {
  /** The file of the child's program, which calls `serveJobs`. */
  readonly program: URL;
  /** Told while the first child starts. */
  readonly plan: () => Promise<JobsPlan<Setup, Job>> | JobsPlan<Setup, Job>;
  /** What of a job counts as progress, when it is all done. */
  readonly sizeOf: (job: Job) => number;
  readonly result: z.ZodType<Result>;
  readonly signal: AbortSignal;
  /** Done so far, of all jobs. */
  readonly onProgress: (done: number) => void;
  /** What to do when a child was killed; the end of an error's message. */
  readonly whenKilled: string;
  /** Told of every child as it starts, so that whoever outlives this process can end it. */
  readonly onChild: (child: ChildProcess) => void;
};

/**
 * Does jobs about images in child processes, several at once; results in the order of the jobs. Setup, jobs and results are
 * JSON. Rejects with the first failure, or with the signal's reason, after all children have ended: DataError,
 * EnvironmentError, or CrashedError when a child was killed.
 */
export async function runJobs<Setup, Job, Result>(options: JobsOptions<Setup, Job, Result>): Promise<Result[]> {
  const { sizeOf, signal, onProgress, onChild } = options;
  const children: ChildProcess[] = [];
  const done = new Map<number, number>();
  const report = (index: number, count: number) => {
    done.set(index, count);
    onProgress([...done.values()].reduce((sum, each) => sum + each, 0));
  };
  const start = () => {
    const child = startChild(options.program);
    children.push(child);
    onChild(child);
  };
  try {
    signal.throwIfAborted();
    start();
    const { setup, jobs, workers } = await options.plan();
    while (children.length < Math.min(workers, jobs.length)) start();
    const queue = jobs.entries();
    const results = new Array<Result>(jobs.length);
    const runLane = async (child: ChildProcess) => {
      send(child, { type: 'setup', setup });
      for (const [index, job] of queue) {
        results[index] = await doOne(child, job, options, (count) => report(index, count));
        report(index, sizeOf(job));
      }
    };
    await Promise.all(children.map(runLane));
    return results;
  } finally {
    await Promise.all(children.map(endChild));
  }
}

function startChild(program: URL): ChildProcess {
  // The child frees pictures itself: their bytes lie outside V8's heap, where it lets far more of them pile up.
  const child = fork(fileURLToPath(program), [], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // A child that dies is found by the lane that waits for it; without a listener its error would end this process.
  child.on('error', () => undefined);
  return child;
}

function doOne<Setup, Job, Result>(
  child: ChildProcess,
  job: Job,
  { result, signal, whenKilled }: Pick<JobsOptions<Setup, Job, Result>, 'result' | 'signal' | 'whenKilled'>,
  report: (done: number) => void,
): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    const settle = (outcome: () => void) => {
      child.off('message', onMessage).off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      outcome();
    };
    const onAbort = () => settle(() => reject(signal.reason as Error));
    const onExit = (code: number | null, killedBy: string | null) =>
      settle(() => reject(crashed(code, killedBy, whenKilled)));
    const onMessage = (message: unknown) => {
      const answer = fromJobChildSchema.parse(message);
      if (answer.type === 'progress') report(answer.done);
      else if (answer.type === 'done') settle(() => resolve(result.parse(answer.result)));
      else settle(() => reject(rebuildError(answer.code, answer.message)));
    };
    child.on('message', onMessage).on('exit', onExit);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
    else send(child, { type: 'job', job });
  });
}

/** A closed channel is reported by the child's exit. */
function send(child: ChildProcess, message: ToJobChild): void {
  child.send(message, () => undefined);
}

function crashed(code: number | null, killedBy: string | null, whenKilled: string): CrashedError {
  const how = killedBy === null ? `ended with exit code ${code ?? 'unknown'}` : `was killed by ${killedBy}`;
  return new CrashedError(`A process that decoded images ${how}. ${whenKilled}`);
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
