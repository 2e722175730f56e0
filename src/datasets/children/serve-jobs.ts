import type { z } from 'zod';
import { DataError, toRunError } from '../../core/errors.ts';
import { toJobChildSchema, type FromJobChild } from './job-messages.ts';

export type JobService<Setup, Job, Result> = {
  readonly setup: z.ZodType<Setup>;
  readonly job: z.ZodType<Job>;
  /** Makes what does the jobs; `report` counts what of a job is done. */
  readonly start: (setup: Setup) => (job: Job, report: (done: number) => void) => Promise<Result>;
};

/** The program of a child process that `runJobs` starts; it ends with its parent. */
export function serveJobs<Setup, Job, Result>(service: JobService<Setup, Job, Result>): void {
  process.on('disconnect', endNow);
  // A terminal sends Ctrl-C to every process. The parent decides what it means.
  process.on('SIGINT', () => undefined);
  let work: ((job: Job) => Promise<Result>) | undefined;
  process.on('message', (message: unknown) => {
    const request = toJobChildSchema.parse(message);
    if (request.type === 'setup') {
      const doJob = service.start(service.setup.parse(request.setup));
      work = (job) => doJob(job, reportSometimes);
      return;
    }
    void work?.(service.job.parse(request.job)).then(
      (result) => send({ type: 'done', result }),
      (error: unknown) => {
        const { code, message: text } = toRunError(error);
        send({ type: 'failed', code, message: text });
      },
    );
  });
}

function endNow(): void {
  process.kill(process.pid, 'SIGKILL');
}

const PROGRESS_EVERY = 32;

function reportSometimes(done: number): void {
  if (done % PROGRESS_EVERY !== 0) return;
  send({ type: 'progress', done });
  // Only what is young: half a millisecond.
  globalThis.gc?.({ type: 'minor' });
}

function send(message: FromJobChild): void {
  if (process.send === undefined) throw new DataError('This program is started by its parent only.');
  if (process.connected) process.send(message);
}
